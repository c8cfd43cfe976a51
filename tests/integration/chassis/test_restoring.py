"""A database that was put back from an older copy while the broker kept running, on a real broker and database."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from chassis.errors import LedgerShort
from chassis.lease import Lease, is_led
from chassis.ledger import new_id
from chassis.mongo import Database
from chassis.restore import restore
from chassis.settings import ServiceSettings
from chassis.wiring import Service
from contracts import topics
from tests.fakes.chassis_messages import app_published, review_submitted
from tests.fakes.chassis_on_the_wire import answered, read
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import READER, Parts, living, settings_for, until
from tests.fakes.database_copy import Document, copy_out, put_back

pytestmark = pytest.mark.integration


@asynccontextmanager
async def alive(services: dict[str, Parts], settings: ServiceSettings) -> AsyncIterator[dict[str, Parts]]:
    """All three services on one broker."""
    async with contextlib.AsyncExitStack() as stack:
        yield {name: await stack.enter_async_context(living(parts, settings)) for name, parts in services.items()}


async def ask(gateway: Parts, app: str, review: str | None = None) -> None:
    """Record a review request."""
    await gateway.performer.perform(lambda motion: motion.record(review_submitted(app, review=review)))


async def kept(parts: Parts) -> dict[str, list[Document]]:
    """What a service knows: its states, its cursors and its copies of others' facts.

    Whether a request came before its app, and waited a moment for it, differs from run to run.
    """
    known = {name: await parts.stored(name) for name in ("state_reviews", "cursors", "known_apps")}
    for cursor in known["cursors"]:
        cursor.pop("taken_up", None)
    return known


async def test_an_older_copy_is_refused_and_brought_to_now(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts], tmp_path: Path
) -> None:
    """What was recorded after the copy is read back, state and copies are as they were, and nothing is told twice."""
    settings = settings_for(broker.bootstrap, database_process.url)
    first, second, review = new_id(), new_id(), new_id()
    community = services["community"]
    async with alive(services, settings) as running:
        await running["catalog"].performer.perform(lambda motion: motion.record(app_published(first)))
        await ask(running["gateway"], first, review)
        await until(lambda: answered(running["community"], 1), "the first is answered")
    copy_out(database_process.url, [community.database.raw.name], tmp_path)
    async with alive(services, settings) as running:
        await running["catalog"].performer.perform(lambda motion: motion.record(app_published(second)))
        await ask(running["gateway"], first, review)
        await ask(running["gateway"], second)
        await until(lambda: answered(running["community"], 3), "all are answered")
        await read(broker, topics.REVIEWS, 3)
    now = await kept(community)

    put_back(database_process.url, tmp_path)
    with pytest.raises(LedgerShort, match="appstore ledger restore community"):
        async with living(community, settings):
            pass
    service = Service("community", settings, READER, lambda motion: motion)
    done = await restore(service, community.database)

    assert (done.events, done.not_handled, done.beyond_a_hole) == (2, [], [])
    assert await kept(community) == now
    ids = [entry["_id"] for entry in await community.ledger(topics.REVIEWS)]
    assert len(ids) == 3
    async with alive(services, settings) as running:
        await ask(running["gateway"], second)
        await until(lambda: answered(running["community"], 4), "the next is answered")
        on_the_log = Counter(context.id for context in await read(broker, topics.REVIEWS, 4))
    assert set(on_the_log.values()) == {1}


async def test_a_service_that_leads_is_not_restored(database: Database) -> None:
    """While some process renews the lease a restore would refuse; when it stopped, dead or alive, it would not."""
    lease = Lease(database, ttl=0.5)
    keeping = asyncio.create_task(lease.keep())
    try:

        async def led() -> bool:
            return await is_led(database, ttl=0.5)

        await until(led, "a renewal is seen")
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)
    assert not await is_led(database, ttl=0.5)
    await lease.release()
    assert not await is_led(database, ttl=0.5)
