"""A deployment goes back: to an earlier revision, by taking a request back, or by itself after a failed upgrade."""

import pytest

from contracts.deployments.reasons import ClosedOutcome
from tests.fakes import gateway_changes as changes
from tests.fakes import gateway_events as told
from tests.fakes.gateway_life import CHOSEN, WISH, Life, wish_of


async def test_rolling_back_repeats_what_a_revision_had(life: Life) -> None:
    """To a revision by its number, or without one to the last healthy one before what runs."""
    await life.change(version="2.0", replicas=3)
    await life.becomes_healthy(2)
    await life.change(parameters={"workers": "9"})
    await life.becomes_healthy(3)
    answer = await life.act("_roll-back", revision=1)
    assert (answer.status_code, answer.json()["kind"], answer.json()["subject"]["version"]) == (202, "roll-back", "1.0")
    asked = life.asked()[-1]
    assert (asked["revision"], asked["intent"], *wish_of(asked)) == (1, "roll-back", "1.0", CHOSEN, 2)
    await life.becomes_healthy(4)
    assert (await life.act("_roll-back", revision=4)).json()["code"] == "nothing-to-change"
    assert (await life.act("_roll-back")).status_code == 202
    assert life.asked()[-1]["revision"] == 3
    unknown = (await life.act("_roll-back", revision=9)).json()
    assert (unknown["code"], unknown["params"]) == ("unknown-revision", {"revision": "9", "known": "1, 2, 3, 4"})


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "No earlier revision of this deployment was healthy."),
        ("nl", "Geen eerdere revisie van deze deployment was gezond."),
    ],
)
async def test_with_one_revision_there_is_nothing_to_go_back_to(life: Life, language: str, sentence: str) -> None:
    """Without a number and without an earlier healthy revision: 409, and a sentence that says so."""
    await life.change(version="2.0")
    await life.hear((told.started(2), 2), (changes.rolled_back(), 2))
    recorded = len(life.asked())
    answer = await life.client.post(f"{life.address}/_roll-back", json={}, headers={"Accept-Language": language})
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-go-back-to")
    assert answer.json()["detail"] == sentence
    assert len(life.asked()) == recorded


async def test_before_the_first_revision_there_is_none_to_go_back_to(life: Life) -> None:
    """Where no rollout began, a revision's number leads nowhere either."""
    asked = await life.client.post("/deployments", json={**WISH, "version": "1.0", "name": "waits"})
    address = f"/deployments/{asked.json()['subject']['deployment']}"
    await life.gateway.catch_up()
    for wish in ({}, {"revision": 1}):
        answer = await life.client.post(f"{address}/_roll-back", json=wish)
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-go-back-to")


async def test_a_change_after_a_rollback_is_no_rollback(life: Life) -> None:
    """What builds on a rollback names no revision any more."""
    await life.change(version="2.0")
    await life.becomes_healthy(2)
    await life.act("_roll-back", revision=1)
    await life.change(replicas=4)
    asked = life.asked()[-1]
    assert ("revision" in asked and asked["revision"] is not None, wish_of(asked)) == (False, ("1.0", CHOSEN, 4))


async def test_taking_back_ends_both_operations(life: Life) -> None:
    """A cancel names the open request; both end, and what ran before is what the next change builds on."""
    upgrade = await life.change(version="2.0")
    cancel = await life.act("_cancel")
    assert (cancel.status_code, cancel.json()["kind"]) == (202, "cancel")
    assert life.asked()[-1]["cancels"] == 2
    assert (await life.act("_cancel")).json()["id"] == cancel.json()["id"]
    assert (await life.change(replicas=5)).json()["kind"] == "scale"
    assert wish_of(life.asked()[-1]) == ("1.0", CHOSEN, 5)
    await life.hear((told.closed(ClosedOutcome.CANCELLED), 2), (changes.cancelled(2), 3))
    ended, taken = await life.operation(upgrade), await life.operation(cancel)
    assert (ended["status"], ended["problem"]["code"], taken["status"]) == ("cancelled", "cancelled", "succeeded")


async def test_too_late_to_take_back_is_told_so(life: Life) -> None:
    """A cancel that came after the end is rejected and says so; the request stands."""
    upgrade = await life.change(version="2.0")
    cancel = await life.act("_cancel")
    await life.becomes_healthy(2)
    await life.hear((told.closed(ClosedOutcome.TOO_LATE), 3))
    late = await life.operation(cancel)
    assert (late["status"], late["problem"]["code"]) == ("rejected", "too-late")
    assert (await life.operation(upgrade))["status"] == "succeeded"
    assert (await life.shown())["status"] == "succeeded"
    assert (await life.change(replicas=3)).status_code == 202
    assert life.asked()[-1]["version"] == "2.0"


async def test_nothing_under_way_is_nothing_to_take_back(life: Life) -> None:
    """With nothing open, or with a removal, a cancel answers 409 nothing-to-cancel."""
    assert (await life.act("_cancel")).json()["code"] == "nothing-to-cancel"
    await life.client.delete(life.address)
    refused = await life.act("_cancel")
    assert (refused.status_code, refused.json()["code"]) == (409, "nothing-to-cancel")


async def test_a_failed_upgrade_says_why_and_what_runs_again(life: Life) -> None:
    """Rolled back: the operation names the cause, whose turn it is and what runs; the deployment shows both sides."""
    upgrade = await life.change(version="2.0", replicas=4)
    await life.hear((told.approved(), 2), (told.started(2), 2), (changes.rollback_started(), 2))
    assert (await life.operation(upgrade))["status"] == "running"
    await life.hear((changes.rolled_back(), 2))
    ended = await life.operation(upgrade)
    assert (ended["status"], ended["problem"]["code"], ended["problem"]["fault"]) == (
        "rolled-back",
        "image-not-found",
        "app",
    )
    assert ended["problem"]["restored"] == {"revision": 1, "version": "1.0"}
    shown = await life.shown()
    assert (shown["status"], shown["asked"]["version"], shown["running"]["version"]) == ("rolled-back", "2.0", "1.0")
    assert (shown["running"]["revision"], shown["running"]["parameters"]) == (1, CHOSEN)
    assert shown["failure"]["restored"] == {"revision": 1, "version": "1.0"}


async def test_revisions_tell_what_each_was(life: Life) -> None:
    """Newest first: what was asked, by whom, how it ended and why, and which one runs."""
    await life.change(version="2.0")
    await life.hear((told.approved(), 2), (told.started(2), 2), (changes.rolled_back(), 2))
    second, first = (await life.client.get(f"{life.address}/revisions")).json()["items"]
    assert (first["revision"], first["outcome"], first["runs"], first["intent"]) == (1, "succeeded", True, "deploy")
    assert (first["parameters"], first["replicas"], first["requestedBy"]["id"]) == (CHOSEN, 2, told.PERSON)
    assert (second["revision"], second["outcome"], second["runs"], second["version"]) == (
        2,
        "rolled-back",
        False,
        "2.0",
    )
    assert (second["failure"]["code"], second["failure"]["restored"]["revision"]) == ("image-not-found", 1)
