"""What `appstore doctor` prints and how it exits; run in this process."""

import pytest

from tests.integration.client.conftest import Appstore, Served

FINDING = {
    "cause": "crash-loop",
    "certain": True,
    "title": "The app keeps stopping after its start",
    "why": "Each time it stopped by itself.",
    "detail": "Container web ended 3 times.",
    "fault": "app",
    "whose": "It is the app.",
    "evidence": [{"code": "exitCode", "name": "Exit code", "value": "1"}],
    "log": ["starting", "fatal: \x1b[31mno configuration"],
    "next": ["Read the last lines of the log."],
    "restored": None,
}
QUARANTINED = {"version": "2.0", "revision": 2, "cause": "crash-loop", "title": "It stops", "since": "2026-03-02"}


def test_a_healthy_deployment_is_told_so(living: Appstore) -> None:
    """Exit code 0 and one sentence, in the reader's language."""
    assert (living("doctor", "open").code, "open is healthy." in living("doctor", "open").out) == (0, True)
    assert "open is gezond." in living("doctor", "open", APPSTORE_LANG="nl").out


def test_a_finding_is_told_with_evidence_next_step_and_fault(living: Appstore, gateway: Served) -> None:
    """What, what was seen, the last lines, whose turn it is, what to do; the exit code says whose turn it is."""
    gateway.fake.diagnosis = {"status": "failed", "finding": FINDING, "quarantine": [QUARANTINED]}
    ran = living("doctor", "open")
    assert ran.code == 6
    assert ran.out.splitlines() == [
        "The app keeps stopping after its start",
        "Each time it stopped by itself.",
        "What was seen:",
        "  Exit code: 1",
        "  | starting",
        "  | fatal: [31mno configuration",
        "It is the app.",
        "Version 2.0 is kept out since revision 2 failed (It stops). Ask for it by name to try again.",
        "Next: Read the last lines of the log.",
    ]
    assert living("doctor", "open", "-o", "json").json["finding"]["cause"] == "crash-loop"


@pytest.mark.parametrize(
    ("status", "finding", "code", "words"),
    [
        ("running", None, 8, "open is not healthy (running), and nothing was found so far."),
        ("running", {**FINDING, "certain": False}, 8, "Not certain yet: The app keeps stopping"),
        ("failed", {**FINDING, "fault": "platform"}, 7, "The app keeps stopping"),
        ("failed", {**FINDING, "fault": "configuration"}, 6, "The app keeps stopping"),
        ("rejected", None, 3, "open is not healthy (rejected)"),
        ("removed", None, 5, "open is not healthy (removed)"),
        (
            "rolled-back",
            {**FINDING, "restored": {"revision": 1, "version": "1.0"}},
            9,
            "Revision 1 runs again",
        ),
    ],
)
def test_the_exit_code_says_how_it_is(
    living: Appstore, gateway: Served, status: str, finding: object, code: int, words: str
) -> None:
    """A script needs nothing but the code."""
    gateway.fake.diagnosis = {"status": status, "finding": finding}
    ran = living("doctor", "open")
    assert (ran.code, words in ran.out) == (code, True), ran.out


def test_what_succeeded_and_is_not_healthy_now_exits_by_whose_turn_it_is(living: Appstore, gateway: Served) -> None:
    """The request succeeded; the doctor looks at now."""
    gateway.fake.diagnosis = {"status": "succeeded", "healthy": False, "finding": {**FINDING, "fault": "platform"}}
    assert living("doctor", "open").code == 7


def test_a_warning_stands_below_a_healthy_answer(living: Appstore, gateway: Served) -> None:
    """Exit code 0, since nothing is wrong now; what the cluster warned of, and what to do about it."""
    warning = {**FINDING, "title": "The cluster warns", "detail": "policy/v1beta1 will go", "next": ["Tell somebody."]}
    gateway.fake.diagnosis = {"status": "succeeded", "healthy": True, "warnings": [warning]}
    ran = living("doctor", "open")
    assert ran.code == 0
    assert ran.out.splitlines()[:4] == [
        "open is healthy.",
        "Warning: The cluster warns",
        "policy/v1beta1 will go",
        "Tell somebody.",
    ]
