"""A deployment is changed: each change is a whole request that builds on the newest one, and loses nothing of it."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from contracts.deployments.reasons import ClosedOutcome
from tests.fakes import gateway_changes as changes
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import an_id
from tests.fakes.gateway_life import CHOSEN, Life, begin_life, wish_of
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]
BUSIER = CHOSEN | {"workers": "8"}
CACHED = {"log-level": "debug", "cache": "true"}


@pytest.mark.parametrize(
    ("wish", "kind", "whole"),
    [
        ({"version": "2.0"}, "upgrade", ("2.0", CHOSEN, 2)),
        (
            {"version": "2.0", "replicas": 3, "parameters": {"workers": "8"}},
            "upgrade",
            ("2.0", CHOSEN | {"workers": "8"}, 3),
        ),
        (
            {"parameters": {"cache": "true", "log-level": None}},
            "configure",
            ("1.0", {"workers": "4", "cache": "true"}, 2),
        ),
        ({"replicas": 5}, "scale", ("1.0", CHOSEN, 5)),
        ({"replicas": 0}, "scale", ("1.0", CHOSEN, 0)),
        ({"replicas": None}, "scale", ("1.0", CHOSEN, None)),
    ],
)
async def test_a_change_is_a_whole_request(life: Life, wish: dict[str, Any], kind: str, whole: tuple[Any, ...]) -> None:
    """PATCH names what shall be otherwise; the request that is recorded holds everything, and its kind says what."""
    answer = await life.change(**wish)
    assert (answer.status_code, answer.json()["kind"], answer.json()["generation"]) == (202, kind, 2)
    assert answer.headers["Location"] == f"/api/v1/operations/{answer.json()['id']}"
    request = life.asked()[-1]
    assert (request["version"], request["parameters"], request.get("replicas")) == whole
    assert request["intent"] == kind


async def test_two_changes_at_once_lose_nothing_of_each_other(life: Life) -> None:
    """Three PATCHes at the same moment: the last request contains all three."""
    wishes: list[dict[str, Any]] = [{"version": "2.0"}, {"replicas": 7}, {"parameters": {"workers": "9"}}]
    answers = await asyncio.gather(*(life.change(**wish) for wish in wishes))
    assert sorted(answer.json()["generation"] for answer in answers) == [2, 3, 4]
    assert wish_of(life.asked()[-1]) == ("2.0", CHOSEN | {"workers": "9"}, 7)


@pytest.mark.parametrize(
    "ending",
    [
        told.closed(ClosedOutcome.REJECTED),
        told.closed(ClosedOutcome.CANCELLED),
        told.closed(ClosedOutcome.UNDECIDED),
        told.failed(2),
        changes.rolled_back(),
    ],
    ids=lambda payload: getattr(payload, "outcome", type(payload).__name__),
)
async def test_what_ended_badly_is_not_built_upon(life: Life, ending: Any) -> None:
    """After a change that did not come to stand, the next one builds on what runs."""
    await life.change(version="2.0", parameters={"workers": "9"})
    await life.hear((told.started(2), 2), (ending, 2))
    answer = await life.change(replicas=3)
    assert answer.json()["kind"] == "scale"
    assert wish_of(life.asked()[-1]) == ("1.0", CHOSEN, 3)


async def test_a_first_request_that_failed_can_be_corrected(new_gateway: NewGateway) -> None:
    """Where nothing runs, a change builds on what was asked last."""
    async with new_gateway() as gateway, gateway.developer() as client:
        life = await begin_life(gateway, client)
        asked = await client.post("/deployments", json={"app": "docling-serve", "version": "1.0", "name": "second"})
        second = Life(gateway, client, life.tell, asked.json()["subject"]["deployment"])
        await second.hear((told.started(), 1), (told.failed(), 1))
        answer = await second.change(parameters={"workers": "1"})
        assert (answer.status_code, answer.json()["kind"]) == (202, "configure")


async def test_an_upgrade_leaves_behind_what_the_version_does_not_know(life: Life) -> None:
    """A setting that the new version does not declare is dropped; one that is named with it is refused."""
    await life.change(parameters={"cache": "true"})
    await life.becomes_healthy(2)
    refused = await life.change(version="2.0", parameters={"cache": "false"})
    assert refused.status_code == 422
    assert [one["field"] for one in refused.json()["errors"]] == ["parameters.cache"]
    assert (await life.change(version="2.0")).status_code == 202
    assert life.asked()[-1]["parameters"] == CHOSEN


async def test_what_is_asked_already_changes_nothing(life: Life) -> None:
    """A PATCH that makes nothing otherwise answers 409 nothing-to-change and records nothing."""
    before = len(life.gateway.published.entries)
    for wish in (
        {},
        {"replicas": 2},
        {"version": "1.0", "parameters": {"workers": "4"}},
        {"parameters": {"cache": None}},
    ):
        answer = await life.change(**wish)
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-change")
    assert len(life.gateway.published.entries) == before


@pytest.mark.parametrize(
    ("wish", "status", "told_of"),
    [
        ({"parameters": {"workers": "many"}}, 422, ["parameters.workers", "parameter-number"]),
        ({"parameters": {"workers": "0.5"}}, 422, ["parameters.workers", "parameter-whole"]),
        ({"parameters": {"workers": "65"}}, 422, ["parameters.workers", "parameter-range"]),
        ({"parameters": {"languages": "en\nkind: Namespace"}}, 422, ["parameters.languages", "parameter-pattern"]),
        ({"parameters": {"languages": "en," * 2000}}, 422, ["parameters.languages", "string_too_long"]),
        ({"parameters": {"languages": "\n" * 2000}}, 422, ["parameters.languages", "parameter-length"]),
        ({"parameters": {"log-level": "loud"}}, 422, ["parameters.log-level", "parameter-choice"]),
        ({"parameters": {"cache": "yes"}}, 422, ["parameters.cache", "parameter-boolean"]),
        ({"parameters": {"colour": "red"}}, 422, ["parameters.colour", "parameter-unknown"]),
        ({"parameters": {"token": "hunter2"}}, 422, ["parameters.token", "parameter-secret"]),
        ({"parameters": {"workers": 4}}, 422, ["parameters.workers", "string_type"]),
        ({"parameters": {"workers": "1" * 4097}}, 422, ["parameters.workers", "string_too_long"]),
        ({"replicas": 21}, 422, ["replicas", "less_than_equal"]),
        ({"replicas": -1}, 422, ["replicas", "greater_than_equal"]),
        ({"decideWithin": 4}, 422, ["decideWithin", "greater_than_equal"]),
        ({"decideWithin": 3601}, 422, ["decideWithin", "less_than_equal"]),
        ({"decideWithin": 5.5}, 422, ["decideWithin", "int_from_float"]),
        ({"colour": "red"}, 422, ["colour", "extra_forbidden"]),
    ],
)
async def test_what_does_not_fit_is_told_field_by_field(
    life: Life, wish: dict[str, Any], status: int, told_of: list[str]
) -> None:
    """Unknown, badly formed and secret values are refused with the field, and without what was sent."""
    answer = await life.change(**wish)
    assert (answer.status_code, answer.json()["code"]) == (status, "invalid-fields")
    (error,) = answer.json()["errors"]
    assert [error["field"], error["code"]] == told_of
    assert "hunter2" not in answer.text


async def test_a_version_that_is_not_there_is_refused(life: Life) -> None:
    """An unknown version is 404; a withdrawn one too, and what runs of it can still be scaled."""
    assert (await life.change(version="9")).json()["code"] == "unknown-version"
    await life.gateway.hear(life.tell(changes.version_withdrawn("1.0")))
    assert (await life.change(replicas=3)).status_code == 202
    await life.becomes_healthy(2)
    assert (await life.change(version="2.0")).status_code == 202
    await life.becomes_healthy(3)
    assert (await life.change(version="1.0")).json()["code"] == "unknown-version"
    assert (await life.act("_roll-back", revision=1)).json()["code"] == "unknown-version"


async def test_a_restart_names_its_moment_and_a_later_change_keeps_it(life: Life) -> None:
    """A restart changes nothing but the moment before which pods are replaced; the next change does not restart."""
    answer = await life.act("_restart")
    assert (answer.status_code, answer.json()["kind"]) == (202, "restart")
    restarted = life.asked()[-1]
    assert wish_of(restarted) == ("1.0", CHOSEN, 2)
    await life.change(replicas=3)
    assert life.asked()[-1]["restartedAt"] == restarted["restartedAt"]


async def test_what_is_being_removed_is_not_changed(life: Life) -> None:
    """While it goes 409 being-removed, when it is gone 422 already-removed; a removal nobody answered stops nothing."""
    await life.client.delete(life.address)
    for answer in (await life.change(replicas=3), await life.act("_restart"), await life.act("_roll-back", revision=1)):
        assert (answer.status_code, answer.json()["code"]) == (409, "being-removed")
    await life.hear((told.closed(ClosedOutcome.UNDECIDED), 2))
    assert (await life.change(replicas=3)).status_code == 202
    await life.client.delete(life.address)
    await life.hear((told.removed(), 4))
    assert (await life.change(replicas=4)).json()["code"] == "already-removed"


async def test_a_repeated_key_is_one_change(life: Life) -> None:
    """The same key and body give the first operation, whatever changed since; with another body it is a mistake."""
    headers = {"Idempotency-Key": "k-1"}
    first = await life.client.patch(life.address, json={"replicas": 3}, headers=headers)
    again = await life.client.patch(life.address, json={"replicas": 3}, headers=headers)
    other = await life.client.patch(life.address, json={"replicas": 4}, headers=headers)
    assert (first.json()["id"], other.json()["code"]) == (again.json()["id"], "idempotency-key-reused")


async def test_only_those_who_deploy_change_it(life: Life) -> None:
    """Another team's developer and an own compliance officer may not; nobody reads another team's revisions."""
    gateway = life.gateway
    officer = gateway.client(gateway.token("compliance-officer", person=an_id(54)))
    async with gateway.stranger() as stranger, officer as officer:
        for client, code in ((stranger, "other-team"), (officer, "not-allowed")):
            there = Life(gateway, client, life.tell, life.deployment)
            for answer in (
                await there.change(replicas=3),
                await there.act("_restart"),
                await there.act("_roll-back"),
                await there.act("_cancel"),
            ):
                assert (answer.status_code, answer.json()["code"]) == (403, code)
        assert (await stranger.get(f"{life.address}/revisions")).status_code == 403
        assert (await officer.get(f"{life.address}/revisions")).status_code == 200


async def test_a_state_of_an_earlier_release_still_says_what_is_asked(life: Life) -> None:
    """Where only the name of the newest request was kept, the read model has the request itself."""
    states = life.gateway.database.collection("state_deployment_requests")
    await states.update_one({"_id": life.deployment}, {"$unset": {"state.whole": "", "state.generation": ""}})
    assert (await life.change(replicas=3)).status_code == 202
    assert wish_of(life.asked()[-1]) == ("1.0", CHOSEN, 3)
