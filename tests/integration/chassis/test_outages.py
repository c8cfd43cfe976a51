"""A broker or database that is away for a while holds nothing and loses nothing, for handlers and for read models.

It is away for a few seconds here; APPSTORE_TEST_OUTAGE_SECONDS makes it longer than every timeout of the drivers.
"""

import asyncio
import contextlib
import os
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from chassis.held import HELD
from chassis.ledger import new_id
from chassis.motions import Project
from contracts import topics
from tests.fakes.chassis_messages import app_published, review_submitted, sent
from tests.fakes.chassis_on_the_wire import answered, send
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import READER, Parts, living, service, settings_for, until

pytestmark = pytest.mark.integration

AWAY_SECONDS = float(os.environ.get("APPSTORE_TEST_OUTAGE_SECONDS", "3.5"))
"""Longer than the driver looks for a server, which is 3 s."""

REQUESTS = Project(
    "requests",
    1,
    (topics.REVIEW_REQUESTS,),
    lambda event: str(event.data.review),
    lambda before, event: {"ratings": [*(before or {}).get("ratings", []), event.data.rating]},
)


@contextlib.asynccontextmanager
async def both(broker: BrokerProcess, database: DatabaseProcess) -> AsyncIterator[tuple[Parts, Parts]]:
    """A service that handles requests, and one that folds them into a read model."""
    settings, run = settings_for(broker.bootstrap, database.url), new_id().replace("-", "")
    handles, folds = service("community", READER, database.url, run), service("gateway", (REQUESTS,), database.url, run)
    async with living(handles, settings) as one, living(folds, settings) as other:
        yield one, other
    for parts in (handles, folds):
        parts.database.close()


async def folded(parts: Parts, count: int) -> bool:
    """Whether so many requests are in the read model."""
    return len(await parts.stored(REQUESTS.collection)) == count


async def away(gone: Callable[[], None], back: Callable[[], None]) -> None:
    """Take a part away for a while."""
    began = time.monotonic()

    async def over() -> bool:
        return time.monotonic() - began > AWAY_SECONDS

    await asyncio.to_thread(gone)
    await until(over, "the time is over", within=AWAY_SECONDS + 5)
    await asyncio.to_thread(back)


async def all_is_there(handles: Parts, folds: Parts, count: int) -> None:
    """Everything was handled once and folded once, and nothing is held."""
    await until(lambda: answered(handles, count), "all are answered", within=60)
    await until(lambda: folded(folds, count), "all are folded", within=60)
    for parts in (handles, folds):
        assert await parts.stored(HELD) == []
    assert [one["ratings"] for one in await folds.stored(REQUESTS.collection)] == [[4]] * count


@pytest.mark.parametrize("how", ["killed", "stopped"])
async def test_a_database_that_is_away_holds_nothing(broker: BrokerProcess, tmp_path: Path, how: str) -> None:
    """Refused connections or silence: what arrived meanwhile is handled once it is back, in both kinds of service."""
    app = new_id()
    with DatabaseProcess(tmp_path) as process:
        async with both(broker, process) as (handles, folds):
            await send(broker.bootstrap, sent(app_published(app)), *(sent(review_submitted(app)) for _ in range(5)))
            await all_is_there(handles, folds, 5)
            gone, back = (process.kill, process.start) if how == "killed" else (process.pause, process.resume)
            async with asyncio.TaskGroup() as group:
                group.create_task(away(gone, back))
                group.create_task(send(broker.bootstrap, *(sent(review_submitted(app)) for _ in range(20))))
            await all_is_there(handles, folds, 25)


async def test_a_broker_that_is_away_holds_nothing(broker: BrokerProcess, database_process: DatabaseProcess) -> None:
    """It stops answering and goes on: nothing is held, and what comes after it is handled once."""
    app = new_id()
    async with both(broker, database_process) as (handles, folds):
        await send(broker.bootstrap, sent(app_published(app)), *(sent(review_submitted(app)) for _ in range(5)))
        await all_is_there(handles, folds, 5)
        await away(broker.pause, broker.resume)
        await send(broker.bootstrap, *(sent(review_submitted(app)) for _ in range(20)))
        await all_is_there(handles, folds, 25)
