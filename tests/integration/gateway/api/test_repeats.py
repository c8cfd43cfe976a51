"""The same request again: by its key, or because what it asks is being done already."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

from contracts.deployments.reasons import ClosedOutcome
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling, an_id
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]
WISH = {"app": "docling-serve"}
KEY = {"Idempotency-Key": "k-1"}


async def _deployed(gateway: GatewayOnADatabase) -> Telling:
    """A deployment of team-data that is healthy."""
    tell = Telling()
    await gateway.hear(*map(tell, (told.app(), told.version(), told.cluster())))
    async with gateway.developer() as client:
        deployment = (await client.post("/deployments", json=WISH)).json()["subject"]["deployment"]
    await gateway.catch_up()
    rows = ((told.approved(), 1), (told.started(), 1), (told.succeeded(), 1))
    await gateway.hear(*(tell(_about(payload, deployment), generation=number) for payload, number in rows))
    return tell


def _about(payload: Any, deployment: str) -> Any:
    return payload.model_copy(update={"deployment": deployment})


async def _only_deployment(gateway: GatewayOnADatabase) -> str:
    (found,) = await gateway.world.models.deployments([told.TEAM])
    return str(found["_id"])


async def test_the_same_key_and_body_answer_the_same_operation(new_gateway: NewGateway) -> None:
    """A repeated POST answers the first operation; another body under that key is told as a mistake."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _deployed(gateway)
        first = await client.post("/deployments", json=WISH, headers=KEY)
        again = await client.post("/deployments", json=WISH, headers=KEY)
        assert (again.status_code, again.json()) == (202, first.json())
        assert again.headers["Location"] == f"/api/v1/operations/{first.json()['id']}"
        other = await client.post("/deployments", json={**WISH, "environment": "production"}, headers=KEY)
        assert (other.status_code, other.json()["code"]) == (422, "idempotency-key-reused")
        assert other.json()["params"] == {"key": "k-1"}


async def test_a_repeat_is_answered_whatever_changed_in_between(new_gateway: NewGateway) -> None:
    """An accepted request that is repeated after the app was withdrawn is still accepted."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = await _deployed(gateway)
        first = await client.post("/deployments", json=WISH, headers=KEY)
        await gateway.hear(tell(told.app_withdrawn()))
        again = await client.post("/deployments", json=WISH, headers=KEY)
        assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
        fresh = await client.post("/deployments", json=WISH)
        assert (fresh.status_code, fresh.json()["code"]) == (422, "app-withdrawn")


async def test_removing_twice_is_one_removal(new_gateway: NewGateway) -> None:
    """DELETE of what is being removed answers the removal that is under way."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _deployed(gateway)
        address = f"/deployments/{await _only_deployment(gateway)}"
        answers = await asyncio.gather(*(client.delete(address) for _ in range(3)))
        assert {answer.status_code for answer in answers} == {202}
        assert len({answer.json()["id"] for answer in answers}) == 1
        await gateway.catch_up()
        later = (await client.delete(address)).json()
        assert (later["id"], later["status"]) == (answers[0].json()["id"], "running")


async def test_removing_what_is_gone_is_told_so(new_gateway: NewGateway) -> None:
    """After a final removal DELETE answers 422 already-removed, with a new key too; its own key gets its operation."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = await _deployed(gateway)
        deployment = await _only_deployment(gateway)
        address = f"/deployments/{deployment}"
        first = await client.delete(address, headers=KEY)
        await gateway.catch_up()
        await gateway.hear(tell(_about(told.removed(), deployment), generation=2))
        for headers in ({}, {"Idempotency-Key": "k-2"}):
            gone = await client.delete(address, headers=headers)
            assert (gone.status_code, gone.json()["code"]) == (422, "already-removed")
        again = await client.delete(address, headers=KEY)
        assert (again.status_code, again.json()["id"]) == (202, first.json()["id"])
        assert again.json()["status"] == "succeeded"


async def test_what_is_still_rolling_out_can_be_removed(new_gateway: NewGateway) -> None:
    """DELETE does not wait for a rollout: it is the next generation, and the rollout ends as cancelled."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = Telling()
        await gateway.hear(*map(tell, (told.app(), told.version(), told.cluster())))
        asked = (await client.post("/deployments", json=WISH)).json()
        deployment = asked["subject"]["deployment"]
        await gateway.catch_up()
        await gateway.hear(*(tell(_about(one, deployment), generation=1) for one in (told.approved(), told.started())))
        removal = await client.delete(f"/deployments/{deployment}")
        assert (removal.status_code, removal.json()["generation"]) == (202, 2)
        await gateway.catch_up()
        await gateway.hear(tell(_about(told.closed(ClosedOutcome.SUPERSEDED), deployment), generation=1))
        cancelled = (await client.get(f"/operations/{asked['id']}")).json()
        assert (cancelled["status"], cancelled["ended"]) == ("cancelled", True)
        assert cancelled["problem"]["code"] == "superseded"


async def test_what_was_rejected_before_it_ran_has_nothing_to_remove(new_gateway: NewGateway) -> None:
    """DELETE of a deployment that never ran is told as gone, so that it can't touch a later one of its name."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = Telling()
        rows = (told.requested(), None), (told.rejected(), 1), (told.closed(ClosedOutcome.REJECTED), 1)
        await gateway.hear(*(tell(payload, generation=number) for payload, number in rows))
        answer = await client.delete(f"/deployments/{told.DEPLOYMENT}")
        assert (answer.status_code, answer.json()["code"]) == (422, "already-removed")


async def test_a_removal_that_nobody_answered_can_be_asked_again(new_gateway: NewGateway) -> None:
    """When a removal was closed as undecided, the next DELETE is a new request."""
    async with new_gateway() as gateway, gateway.developer() as client:
        tell = await _deployed(gateway)
        deployment = await _only_deployment(gateway)
        first = (await client.delete(f"/deployments/{deployment}")).json()
        await gateway.catch_up()
        await gateway.hear(tell(_about(told.closed(ClosedOutcome.UNDECIDED), deployment), generation=2))
        again = (await client.delete(f"/deployments/{deployment}")).json()
        assert (again["id"] == first["id"], again["generation"]) == (False, 3)


async def test_a_compliance_officer_may_look_and_not_remove(new_gateway: NewGateway) -> None:
    """A compliance officer of the team reads a deployment; removing it is told as not for this role."""
    async with (
        new_gateway() as gateway,
        gateway.client(gateway.token("compliance-officer", person=an_id(54))) as client,
    ):
        await _deployed(gateway)
        address = f"/deployments/{await _only_deployment(gateway)}"
        assert (await client.get(address)).status_code == 200
        refused = await client.delete(address)
        assert (refused.status_code, refused.json()["code"]) == (403, "not-allowed")
        assert refused.json()["params"]["permission"] == "deployments:remove"


async def test_a_deployment_stands_since_its_newest_request_does(new_gateway: NewGateway) -> None:
    """Asked again, it is accepted since the new request and not since the rollout before it."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _deployed(gateway)
        address = f"/deployments/{await _only_deployment(gateway)}"
        healthy = (await client.get(address)).json()
        asked = (await client.post("/deployments", json=WISH)).json()
        await gateway.catch_up()
        again = (await client.get(address)).json()
        assert (healthy["status"], again["status"], again["generation"]) == ("succeeded", "accepted", 2)
        assert again["since"] == asked["requestedAt"]
        assert len(again["operations"]) == 2
