"""What the commands that change a deployment print and how they exit; run in this process, because there are many."""

from typing import Any

from tests.integration.client.conftest import Appstore, Served

CHANGES: tuple[tuple[str, dict[str, Any]], ...] = (
    (
        "upgrade open --version 1.1.0 --set workers=4",
        {"version": "1.1.0", "parameters": {"workers": "4"}},
    ),
    (
        "configure open log-level=debug --unset workers",
        {"parameters": {"log-level": "debug", "workers": None}},
    ),
    ("scale open 3", {"replicas": 3}),
    ("restart open", {}),
    ("rollback open --to 1", {"revision": 1}),
    ("rollback open", {}),
    ("upgrade open --version 1.2.0 --decide-within 5", {"version": "1.2.0", "decideWithin": 5}),
    ("configure open log-level=info --decide-within 5", {"parameters": {"log-level": "info"}, "decideWithin": 5}),
    ("scale open 4 --decide-within 5", {"replicas": 4, "decideWithin": 5}),
    ("restart open --decide-within 5", {"decideWithin": 5}),
    ("rollback open --to 1 --decide-within 5", {"revision": 1, "decideWithin": 5}),
)
"""What is typed, and what the API is sent."""


def test_a_deployment_begins_with_settings(living: Appstore) -> None:
    """`deploy --set` and `--replicas` are what runs, and `status` shows it."""
    shown = living("status", "open")
    assert shown.code == 0
    assert "log-level=info" in shown.out
    assert "Revision 1 runs: version 1.0.0, pods: 2." in shown.out


def test_a_deployment_may_have_to_be_decided_soon(living: Appstore, gateway: Served) -> None:
    """`deploy --decide-within` is sent along."""
    assert living("deploy", "open", "--name", "soon", "--decide-within", "5").code == 0
    assert gateway.fake.bodies[-1]["decideWithin"] == 5


def test_a_change_is_followed_and_told(living: Appstore, gateway: Served) -> None:
    """Each command asks its own change, ends with 0 and says what runs now."""
    for command, sent in CHANGES:
        ran = living(*command.split())
        assert ran.code == 0, ran.err
        assert "runs: version" in ran.out
        assert gateway.fake.bodies[-1] == sent


def test_a_pause_is_shown_and_ends_with_a_resume(living: Appstore, gateway: Served) -> None:
    """`pause` sends nothing but that, `status` says it, what changes meanwhile stays paused, `resume` lets it run."""
    assert living("pause", "open").code == 0
    assert gateway.fake.bodies[-1] == {}
    shown = living("status", "open")
    assert ("paused" in shown.out, "Next: appstore resume" in shown.out) == (True, True)
    scaled = living("scale", "open", "3")
    assert (scaled.code, "It is paused" in scaled.out) == (0, True)
    refused = living("restart", "open")
    assert (refused.code, "appstore resume" in refused.err) == (2, True)
    resumed = living("resume", "open", "--decide-within", "5")
    assert (resumed.code, "pods: 3" in resumed.out) == (0, True)
    assert gateway.fake.bodies[-1] == {"decideWithin": 5}
    assert "paused" not in living("status", "open").out


def test_upgrade_without_a_version_takes_the_newest(living: Appstore, gateway: Served) -> None:
    """The newest version of the deployment's app is asked for."""
    gateway.fake.apps["open"]["version"] = "1.2.0"
    assert living("upgrade", "open").code == 0
    assert gateway.fake.bodies[-1]["version"] == "1.2.0"


def test_what_is_like_that_already_is_done(living: Appstore) -> None:
    """Asking for what is there exits 0 and says so: a script need not look first."""
    ran = living("scale", "open", "2")
    assert (ran.code, ran.err) == (0, "")
    assert "It is so." in ran.out


def test_a_failed_upgrade_exits_9_and_says_what_runs(living: Appstore, gateway: Served) -> None:
    """Why, whose turn it is, and which revision runs again; in Dutch too."""
    gateway.fake.broken.add("2.0.0")
    ran = living("upgrade", "open", "--version", "2.0.0")
    assert ran.code == 9
    for words in ("went back", "The image does not exist", "its maker can solve it", "Revision 1 runs again"):
        assert words in ran.err
    dutch = living("upgrade", "open", "--version", "2.0.0", APPSTORE_LANG="nl")
    assert "Revisie 1 draait weer, met versie 1.0.0." in dutch.err
    assert living("upgrade", "open", "--version", "2.0.0", "-o", "json").json["problem"]["restored"]["revision"] == 1


def test_revisions_say_what_each_was(living: Appstore, gateway: Served) -> None:
    """Newest first, with how it ended, which one runs, and how to go back to a healthy one."""
    gateway.fake.broken.add("2.0.0")
    living("scale", "open", "3")
    living("upgrade", "open", "--version", "2.0.0")
    ran = living("revisions", "open")
    assert ran.code == 0, ran.err
    lines = ran.out.splitlines()
    assert ["rolled back" in lines[1], "runs" in lines[2], "succeeded" in lines[3]] == [True, True, True]
    assert lines[-1] == "Next: appstore rollback open --to 1"
    assert [one["revision"] for one in living("revisions", "open", "-o", "json").json["items"]] == [3, 2, 1]


def test_what_is_under_way_is_taken_back(living: Appstore, gateway: Served) -> None:
    """`cancel` ends with 0; with nothing under way it exits 2 and says so."""
    gateway.fake.never_ends.add("3.0.0")
    assert living("upgrade", "open", "--version", "3.0.0", "--no-wait").code == 0
    taken = living("cancel", "open")
    assert (taken.code, "What ran before goes on." in taken.out) == (0, True)
    assert living("cancel", "open").code == 2


def test_what_is_typed_wrong_exits_2(here: Appstore, gateway: Served) -> None:
    """Nothing is sent, and the error says what is wrong."""
    for typed in (
        "configure open",
        "configure open log-level",
        "scale open 21",
        "scale open 2 --decide-within 4",
        "rollback open --to 0",
    ):
        ran = here(*typed.split())
        assert (ran.code, gateway.fake.requests) == (2, [])
        assert ran.err


def test_a_removal_says_which_data_is_kept(living: Appstore) -> None:
    """Who finds it again and what takes it away; `--with-data` takes the name, also of what was removed before."""
    removed = living("remove", "open")
    assert (removed.code, "open-data" in removed.out, "--with-data open" in removed.out) == (0, True, True)
    assert "--with-data open" in living("status", "open").out
    assert "open-data" not in living("remove", "open", "--with-data", "open").out
    assert "withData=open" in living("remove", "open", "--with-data", "open", "--show-request").out
