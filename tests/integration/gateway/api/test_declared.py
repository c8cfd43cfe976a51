"""A deployment is declared whole: PUT says all of what it shall be, and which files say so."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

from chassis.sealed import new_pair
from contracts.deployments.secrets import SealingKeyPublished
from tests.fakes import gateway_changes as changes
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import CLUSTER, an_id
from tests.fakes.gateway_life import CHOSEN, Life, begin_life, wish_of
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]
AS_IT_IS: dict[str, Any] = {"version": "1.0", "parameters": CHOSEN, "replicas": 2}


async def declare(life: Life, **wish: Any) -> httpx.Response:
    """PUT it."""
    return await life.client.put(life.address, json=AS_IT_IS | wish)


@pytest.mark.parametrize(
    ("wish", "kind", "whole"),
    [
        ({"version": "2.0"}, "upgrade", ("2.0", CHOSEN, 2)),
        ({"parameters": {"cache": "true"}}, "configure", ("1.0", {"cache": "true"}, 2)),
        ({"parameters": {}, "replicas": None}, "configure", ("1.0", {}, None)),
        ({"replicas": 5}, "scale", ("1.0", CHOSEN, 5)),
        ({"declaredBy": "data/deployments"}, "configure", ("1.0", CHOSEN, 2)),
    ],
)
async def test_what_is_declared_is_all_there_is(life: Life, wish: dict[str, Any], kind: str, whole: Any) -> None:
    """What is not named goes back to the version's default, and the kind says what became otherwise."""
    answer = await declare(life, **wish)
    assert (answer.status_code, answer.json()["kind"]) == (202, kind)
    assert wish_of(life.asked()[-1]) == whole


async def test_declaring_what_is_there_asks_nothing(life: Life) -> None:
    """The same once more answers 409 nothing-to-change and records nothing, also without saying by whom."""
    assert (await declare(life, declaredBy="data/deployments")).status_code == 202
    before = len(life.gateway.published.entries)
    for wish in ({}, {"declaredBy": "data/deployments"}):
        answer = await declare(life, **wish)
        assert (answer.status_code, answer.json()["code"]) == (409, "nothing-to-change")
    assert len(life.gateway.published.entries) == before


async def test_who_declared_it_is_shown_and_stays(life: Life) -> None:
    """A later change by hand leaves it, and a whole request by hand lets it go."""
    await declare(life, declaredBy="data/deployments")
    await life.becomes_healthy(2)
    await life.change(replicas=3)
    await life.becomes_healthy(3)
    assert (await life.shown())["asked"]["declaredBy"] == "data/deployments"
    await life.client.post("/deployments", json={"app": "docling-serve", "version": "1.0"})
    await life.becomes_healthy(4)
    assert (await life.shown())["asked"]["declaredBy"] is None


async def test_a_deployment_begins_declared(new_gateway: NewGateway) -> None:
    """POST takes who declares it too."""
    async with new_gateway() as gateway, gateway.developer() as client:
        life = await begin_life(gateway, client, declaredBy="data/deployments:test")
        assert (await life.shown())["asked"]["declaredBy"] == "data/deployments:test"


@pytest.mark.parametrize("ending", [told.failed(2), changes.rolled_back()], ids=["failed", "rolled back"])
async def test_what_failed_may_be_declared_again(life: Life, ending: Any) -> None:
    """After a change that went wrong the same declaration is asked anew, whole."""
    wish = {"version": "2.0", "parameters": {"workers": "9"}}
    await declare(life, **wish)
    await life.hear((told.started(2), 2), (ending, 2))
    assert (await declare(life, **wish)).status_code == 202
    assert wish_of(life.asked()[-1]) == ("2.0", {"workers": "9"}, 2)


async def test_a_first_request_that_failed_may_be_declared_again(new_gateway: NewGateway) -> None:
    """Where nothing ever ran, the very same is asked once more when somebody declares it."""
    async with new_gateway() as gateway, gateway.developer() as client:
        life = await begin_life(gateway, client)
        asked = await client.post("/deployments", json={"app": "docling-serve", "version": "1.0", "name": "second"})
        second = Life(gateway, client, life.tell, asked.json()["subject"]["deployment"])
        await second.hear((told.started(), 1), (told.failed(), 1))
        answer = await client.put(second.address, json={"version": "1.0"})
        assert (answer.status_code, answer.json()["kind"]) == (202, "deploy")
        assert (await client.put(second.address, json={"version": "1.0"})).status_code == 409


async def test_secrets_stay_are_given_or_taken_back(life: Life) -> None:
    """A value is given, null keeps it, leaving it out takes it back; only names are shown."""
    key = SealingKeyPublished(cluster=CLUSTER, sealing_key=an_id(81), public_key=new_pair().public)
    await life.gateway.hear(life.tell(key))
    assert (await declare(life, secrets={"token": "hunter2"})).status_code == 202
    given = life.asked()[-1]["secrets"]
    await life.becomes_healthy(2)
    assert (await life.shown())["asked"]["secrets"] == (await life.shown())["running"]["secrets"] == ["token"]
    assert (await declare(life, secrets={"token": None}, replicas=3)).status_code == 202
    assert life.asked()[-1]["secrets"] == given
    assert (await declare(life)).status_code == 202
    assert life.asked()[-1]["secrets"] == {}


async def test_a_secret_that_was_never_given_cannot_stay(life: Life) -> None:
    """Null for a secret without a value answers 422 with its name."""
    answer = await declare(life, secrets={"token": None})
    assert answer.status_code == 422
    assert [(one["field"], one["code"]) for one in answer.json()["errors"]] == [("secrets.token", "secret-not-given")]


@pytest.mark.parametrize("source", ["", "Data", "a b", "who@example.org", "/", "a" * 129])
async def test_the_name_of_the_files_is_bounded(life: Life, source: str) -> None:
    """A source is a short name, never a sentence or somebody's address."""
    answer = await declare(life, declaredBy=source)
    assert answer.status_code == 422
    assert [one["field"] for one in answer.json()["errors"]] == ["declaredBy"]


async def test_whether_it_stands_is_shown(life: Life) -> None:
    """While it is being removed it stands; when it is gone it does not."""
    assert ((await life.shown())["stands"], (await life.shown())["beingRemoved"]) == (True, False)
    await life.client.delete(life.address)
    await life.hear()
    assert ((await life.shown())["stands"], (await life.shown())["beingRemoved"]) == (True, True)
    await life.hear((told.removed(), 2))
    assert ((await life.shown())["stands"], (await life.shown())["beingRemoved"]) == (False, False)
