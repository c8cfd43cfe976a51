"""What a deployment's revisions were and which one runs, computed from its document."""

from collections.abc import Sequence
from typing import Any

from contracts.deployments.reasons import ClosedOutcome
from services.gateway.readmodels.deployment import apply
from services.gateway.readmodels.revision import is_paused, revision_before, revisions_of, running
from tests.fakes import gateway_changes as changes
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling

Row = tuple[Any, int | None]
FIRST: tuple[Row, ...] = ((told.requested(), None), (told.started(1), 1), (told.succeeded(1), 1))
SECOND: tuple[Row, ...] = (*FIRST, (told.requested("2.0"), None), (told.started(2), 2))


def _folded(rows: Sequence[Row]) -> dict[str, Any]:
    tell, found = Telling(), None
    for payload, generation in rows:
        found = apply(found, tell(payload, generation=generation, team=told.TEAM, actor=told.PERSON))
    assert found is not None
    return found


def _runs(found: dict[str, Any]) -> tuple[int, str] | None:
    runs = running(found)
    return (runs["revision"], runs["request"]["version"]) if runs else None


def test_a_revision_begins_with_its_rollout() -> None:
    """What was asked and never rolled out is no revision; the newest stands first."""
    found = _folded((*SECOND, (told.requested("3.0"), None), (told.closed(ClosedOutcome.REJECTED), 3)))
    assert [(one["revision"], one["status"], one["runs"]) for one in revisions_of(found)] == [
        (2, "running", False),
        (1, "succeeded", True),
    ]


def test_what_runs_is_the_revision_that_became_healthy_last() -> None:
    """While an upgrade is under way, failed, was taken back or rolled back, what ran before it runs."""
    assert _runs(_folded(SECOND)) == (1, "1.0")
    assert _runs(_folded((*SECOND, (changes.rollback_started(), 2)))) == (1, "1.0")
    assert _runs(_folded((*SECOND, (changes.rolled_back(), 2)))) == (1, "1.0")
    assert _runs(_folded((*SECOND, (told.closed(ClosedOutcome.CANCELLED), 2)))) == (1, "1.0")
    assert _runs(_folded((*SECOND, (told.succeeded(2), 2)))) == (2, "2.0")
    assert _runs(_folded((*FIRST, (told.removal_requested(), None), (told.removed(), 2)))) is None
    assert _runs(_folded(FIRST[:2])) is None


def test_going_back_without_a_number_means_the_healthy_one_before() -> None:
    """The last revision that was healthy before what runs; with nothing before it there is none."""
    third = (told.requested("3.0"), None), (told.started(3), 3)
    assert revision_before(_folded(FIRST)) is None
    assert revision_before(_folded((*SECOND, (told.succeeded(2), 2)))) == 1
    assert revision_before(_folded((*SECOND, (changes.rolled_back(), 2), *third, (told.succeeded(3), 3)))) == 1
    assert revision_before(_folded((*SECOND, (told.succeeded(2), 2), *third, (changes.rolled_back(3, 2), 3)))) == 1


def test_it_is_paused_from_the_pause_until_it_runs_again() -> None:
    """A resume that is rejected, under way or went back leaves it paused; a pause brings nothing to go back from."""
    paused = (*FIRST, (told.requested(paused=True), None), (told.started(2), 2), (told.succeeded(2), 2))
    resume = (*paused, (told.requested(), None))
    assert [is_paused(_folded(rows)) for rows in (FIRST, paused[:4], paused, resume)] == [False, False, True, True]
    assert is_paused(_folded((*resume, (told.closed(ClosedOutcome.REJECTED), 3))))
    started = (*resume, (told.started(3), 3))
    assert is_paused(_folded(started))
    assert is_paused(_folded((*started, (changes.rolled_back(3, 2), 3))))
    resumed = (*started, (told.succeeded(3), 3))
    assert not is_paused(_folded(resumed))
    assert revision_before(_folded(resumed)) is None
    upgraded = (*resumed, (told.requested("2.0"), None), (told.started(4), 4), (told.succeeded(4), 4))
    assert revision_before(_folded(upgraded)) == 3
