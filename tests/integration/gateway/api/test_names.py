"""One name in one environment of a team is one deployment at a time, also for requests at the same moment."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx

from contracts.deployments.reasons import ClosedOutcome
from contracts.envelope import Event
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]
WISH = {"app": "docling-serve", "name": "papers"}


async def _stock(gateway: GatewayOnADatabase) -> Telling:
    """Two apps with a version each, and a cluster."""
    tell = Telling()
    await gateway.hear(
        *map(tell, (told.app(), told.version(), told.app(told.OTHER_APP, "qdrant"), told.version(told.OTHER_APP))),
        tell(told.cluster()),
    )
    return tell


async def _post(client: httpx.AsyncClient, **wish: Any) -> httpx.Response:
    return await client.post("/deployments", json={**WISH, **wish})


def _about(payload: Any, deployment: str) -> Any:
    return payload.model_copy(update={"deployment": deployment})


async def _answer(gateway: GatewayOnADatabase, tell: Telling, deployment: str, *rows: tuple[Any, int]) -> None:
    """What compliance and the deployer tell about a deployment."""
    events: list[Event[Any]] = [tell(_about(payload, deployment), generation=number) for payload, number in rows]
    await gateway.catch_up()
    await gateway.hear(*events)


async def test_two_requests_at_once_for_one_name_are_two_generations(new_gateway: NewGateway) -> None:
    """Two POSTs at the same moment with different keys ask for one deployment, generations 1 and 2."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _stock(gateway)
        keys = ("one", "two", "three")
        answers = await asyncio.gather(
            *(client.post("/deployments", json=WISH, headers={"Idempotency-Key": key}) for key in keys)
        )
        assert [answer.status_code for answer in answers] == [202, 202, 202]
        operations = [answer.json() for answer in answers]
        assert len({one["subject"]["deployment"] for one in operations}) == 1
        assert sorted(one["generation"] for one in operations) == [1, 2, 3]


async def test_a_name_of_another_app_is_refused_at_the_same_moment(new_gateway: NewGateway) -> None:
    """Two apps asked for under one name at once: one is accepted, the other is told that the name is in use."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _stock(gateway)
        answers = await asyncio.gather(_post(client), _post(client, app="qdrant"))
        assert sorted(answer.status_code for answer in answers) == [202, 422]
        problem = next(answer.json() for answer in answers if answer.status_code == 422)
        assert (problem["code"], problem["params"]) == ("name-in-use", {"name": "papers"})
        assert len(gateway.published.entries) == 1


async def test_asking_again_is_a_new_generation_of_the_same_deployment(new_gateway: NewGateway) -> None:
    """While a deployment stands, asking again under its name changes it."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = await _stock(gateway)
        first = (await _post(client)).json()
        identity = first["subject"]["deployment"]
        await _answer(gateway, tell, identity, (told.approved(), 1), (told.started(), 1), (told.succeeded(), 1))
        again = (await _post(client)).json()
        assert (again["subject"]["deployment"], again["generation"]) == (identity, 2)


async def test_a_name_is_free_after_its_removal_is_final(new_gateway: NewGateway) -> None:
    """A removal under way still holds the name; a final one frees it, for another app too."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = await _stock(gateway)
        identity = (await _post(client)).json()["subject"]["deployment"]
        await _answer(gateway, tell, identity, (told.approved(), 1), (told.started(), 1), (told.succeeded(), 1))
        assert (await client.delete(f"/deployments/{identity}")).status_code == 202
        assert (await _post(client, app="qdrant")).json()["code"] == "name-in-use"
        await _answer(gateway, tell, identity, (told.removed(), 2))
        other = await _post(client, app="qdrant")
        assert other.status_code == 202
        assert (other.json()["generation"], other.json()["subject"]["deployment"] == identity) == (1, False)


async def test_a_name_is_free_after_a_rejection(new_gateway: NewGateway) -> None:
    """A deployment that was rejected before anything ran does not hold its name."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = await _stock(gateway)
        identity = (await _post(client)).json()["subject"]["deployment"]
        await _answer(gateway, tell, identity, (told.rejected(), 1), (told.closed(ClosedOutcome.REJECTED), 1))
        assert (await _post(client, app="qdrant")).status_code == 202


async def test_a_free_name_asked_for_twice_at_once_is_one_deployment(new_gateway: NewGateway) -> None:
    """After a removal two requests at once agree on the new deployment too."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = await _stock(gateway)
        identity = (await _post(client)).json()["subject"]["deployment"]
        await _answer(gateway, tell, identity, (told.rejected(), 1), (told.closed(ClosedOutcome.REJECTED), 1))
        answers = [answer.json() for answer in await asyncio.gather(_post(client), _post(client))]
        assert len({one["subject"]["deployment"] for one in answers} | {identity}) == 2
        assert sorted(one["generation"] for one in answers) == [1, 2]


async def test_a_request_the_read_model_has_not_seen_holds_the_name(new_gateway: NewGateway) -> None:
    """A read model that lags behind what was accepted frees nothing."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = await _stock(gateway)
        identity = (await _post(client)).json()["subject"]["deployment"]
        await _answer(gateway, tell, identity, (told.approved(), 1), (told.started(), 1), (told.succeeded(), 1))
        assert (await client.delete(f"/deployments/{identity}")).status_code == 202
        assert (await _post(client)).json()["generation"] == 3
        lagging = gateway.published.entries[:2]
        gateway.published.entries = lagging
        await _answer(gateway, tell, identity, (told.removed(), 2))
        assert (await _post(client, app="qdrant")).json()["code"] == "name-in-use"


async def test_the_same_name_elsewhere_is_another_deployment(new_gateway: NewGateway) -> None:
    """Another environment and another name are places of their own."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _stock(gateway)
        wishes: list[dict[str, str]] = [{}, {"environment": "production"}, {"name": "papers-2"}]
        found = [(await _post(client, **wish)).json()["subject"]["deployment"] for wish in wishes]
        assert len(set(found)) == 3


async def test_two_teams_whose_names_make_one_namespace_do_not_meet(new_gateway: NewGateway) -> None:
    """Where two teams come to the same namespace, the second is told that the name is in use."""
    async with new_gateway() as gateway:
        tell = await _stock(gateway)
        await gateway.hear(tell(told.cluster().model_copy(update={"environments": ("test", "data-test")})))
        token = gateway.token(person=told.an_id(53), teams=((told.an_id(43), "team"),))
        async with gateway.developer() as first, gateway.client(token) as second:
            assert (await _post(first)).status_code == 202
            assert (await _post(second, environment="data-test")).json()["code"] == "name-in-use"
