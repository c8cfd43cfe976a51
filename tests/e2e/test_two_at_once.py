"""Two people ask the same thing at the same moment: it happens once, and both are told."""

import asyncio
from uuid import uuid4

import pytest

from infra.local.stack import Stack
from tests.e2e.app_folder import write_app
from tests.e2e.eventually import eventually
from tests.e2e.ledgers import Ledgers
from tests.e2e.person import Person

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]


async def test_one_key_sent_many_times_at_once_is_one_operation(demi: Person, ledgers: Ledgers) -> None:
    """Ten equal requests with one Idempotency-Key at the same moment give one operation and one event."""
    key = {"Idempotency-Key": str(uuid4())}
    wish = {"app": "qdrant", "environment": "test", "name": "at-once"}
    answers = await asyncio.gather(*(demi.send("POST", "/deployments", json=wish, headers=key) for _ in range(10)))
    assert {answer.status_code for answer in answers} == {202}
    (operation,) = {answer.json()["id"] for answer in answers}
    asked = [one for one in ledgers.events("gateway") if one["ce_correlationid"] == operation]
    assert len(asked) == 1


async def test_one_name_asked_for_at_once_is_one_deployment(stack: Stack, demi: Person) -> None:
    """Two requests for the same name in the same environment are two generations of one deployment, never two."""
    write_app(stack.home.apps, "same-name")
    await eventually(
        demi.store.apps.list_all, lambda cards: "same-name" in {card.name for card in cards}, 5, "the app is listed"
    )
    asked = await asyncio.gather(
        *(demi.store.deployments.request("same-name", environment="test", name="same-name") for _ in range(2))
    )
    ended = [await demi.ended(one) for one in asked]
    assert len({one.subject.deployment for one in asked}) == 1
    assert {one.status for one in ended} <= {"succeeded", "cancelled"}
