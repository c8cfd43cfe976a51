"""`Prefer: wait`: the answer comes when it is there, at the deadline otherwise, and never later."""

import asyncio
import time
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import UTC, datetime

import pytest

from chassis.mongo import Database
from services.gateway.accept.operation import Operation
from services.gateway.accept.wait import wait_for_end, wished_wait
from services.gateway.live.hub import QUEUE
from services.gateway.readmodels.store import ReadModels
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]
ASKED = Operation(
    id=told.OPERATION,
    kind="deploy",
    subject=told.DEPLOYMENT,
    generation=1,
    app=told.APP,
    app_name="docling-serve",
    version="1.0",
    person=told.PERSON,
    team=told.TEAM,
    team_slug="team-data",
    requested_at=datetime(2026, 11, 24, tzinfo=UTC),
)


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        (None, 0),
        ("", 0),
        ("wait=5", 5),
        ("respond-async, wait=10", 10),
        ("Wait = 7; foo", 7),
        ('wait="8"', 8),
        ("wait=60", 60),
        ("wait=999999", 60),
        ("wait=-3", 0),
        ("wait=soon", 0),
        ("await=5", 0),
        ("wait=5s", 0),
    ],
)
def test_a_wish_to_wait_is_read_from_its_header(header: str | None, seconds: int) -> None:
    """The preference `wait` of RFC 7240 is read in any spelling, and bounded to a minute."""
    assert wished_wait(header) == seconds


async def test_it_ends_when_the_answer_comes(new_gateway: NewGateway) -> None:
    """A wait of ten seconds is over soon after the final event was heard."""
    async with new_gateway() as gateway:
        tell = Telling()
        await gateway.hear(tell(told.requested()))
        waiting = asyncio.ensure_future(wait_for_end(ASKED, 10, gateway.hub, gateway.world.models))
        began = time.monotonic()
        await asyncio.sleep(0)
        await gateway.hear(*(tell(one, generation=1) for one in (told.approved(), told.started(), told.succeeded())))
        standing = await waiting
        assert (standing.status, standing.ended) == ("succeeded", True)
        assert time.monotonic() - began < 5


async def test_an_operation_that_ended_is_answered_at_once(new_gateway: NewGateway) -> None:
    """Nobody waits for what is over."""
    async with new_gateway() as gateway:
        tell = Telling()
        await gateway.hear(
            tell(told.requested()), tell(told.started(), generation=1), tell(told.failed(), generation=1)
        )
        began = time.monotonic()
        standing = await wait_for_end(ASKED, 10, gateway.hub, gateway.world.models)
        assert (standing.status, time.monotonic() - began < 2) == ("failed", True)


async def test_it_gives_up_at_the_deadline(new_gateway: NewGateway) -> None:
    """Without an answer the operation is told as it stands when the time is over, and nobody listens any more."""
    async with new_gateway() as gateway:
        tell = Telling()
        await gateway.hear(tell(told.requested()), tell(told.approved(), generation=1))
        began = time.monotonic()
        standing = await wait_for_end(ASKED, 1, gateway.hub, gateway.world.models)
        assert (standing.status, standing.ended) == ("running", False)
        assert 0.9 < time.monotonic() - began < 3
        assert gateway.hub.listeners == 0


async def test_a_flood_of_events_does_not_keep_it_from_ending(new_gateway: NewGateway) -> None:
    """A wait that heard more than it could take still looks by itself, and ends."""
    async with new_gateway() as gateway:
        tell = Telling()
        await gateway.hear(tell(told.requested()), tell(told.started(), generation=1))
        waiting = asyncio.ensure_future(wait_for_end(ASKED, 8, gateway.hub, gateway.world.models))
        await asyncio.sleep(0)
        assert gateway.hub.listeners == 1
        loud = Telling()(told.progressed(), generation=1)
        for _ in range(QUEUE + 5):
            gateway.hub.hear(loud, ("deployer.deployments", 0), 1)
        await gateway.hear(tell(told.succeeded(), generation=1))
        assert (await waiting).status == "succeeded"


async def test_a_database_that_is_away_ends_it_at_the_deadline(new_gateway: NewGateway) -> None:
    """The wait never hangs: what can't be read is told as accepted, because it was."""
    async with new_gateway() as gateway:
        away = Database("mongodb://127.0.0.1:1/?replicaSet=secantus", "gateway_away")
        began = time.monotonic()
        standing = await wait_for_end(ASKED, 1, gateway.hub, ReadModels(away))
        away.close()
        assert (standing.status, standing.ended) == ("accepted", False)
        assert time.monotonic() - began < 3


async def test_a_held_message_is_told(new_gateway: NewGateway) -> None:
    """An operation whose message a service put aside is held, until its owner ends it."""
    async with new_gateway() as gateway:
        tell = Telling()
        held = told.message_held(told.OPERATION)
        await gateway.hear(tell(told.requested()), tell(held))
        standing = await wait_for_end(ASKED, 1, gateway.hub, gateway.world.models)
        assert (standing.status, standing.ended) == ("held", False)
        await gateway.hear(tell(told.started(), generation=1), tell(told.succeeded(), generation=1))
        assert (await wait_for_end(ASKED, 5, gateway.hub, gateway.world.models)).status == "succeeded"
