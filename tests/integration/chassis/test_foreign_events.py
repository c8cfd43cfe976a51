"""Somebody who may write to a topic writes what its writer never recorded: on the wire, at a reader, in a ledger."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from chassis.compare import Kind
from chassis.entry import position_id
from chassis.handle import Outcome
from chassis.held import HELD
from chassis.ledger import new_id
from chassis.mongo import Database
from chassis.restore import restore
from chassis.telemetry import REGISTRY
from chassis.wiring import Service
from contracts import topics
from tests.fakes.chassis_held import Mended, corrected_by, now, wish
from tests.fakes.chassis_messages import OIN, app_published, review_submitted, sent
from tests.fakes.chassis_on_the_wire import compared, publish, send, until_marked
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import Parts, living, settings_for
from tests.fakes.database_copy import copy_out, put_back

pytestmark = pytest.mark.integration

STRANGER = f"urn:nld:oin:{OIN}:systeem:appstore-community"


async def test_a_message_that_another_service_wrote_takes_nobodys_place(database: Database) -> None:
    """What does not come from its topic's writer is held; skipped, the real one with its number is handled."""
    mended = Mended()
    parts = corrected_by(mended, database)
    app, review = new_id(), new_id()
    await parts.handle(sent(app_published(app)).arrived())
    forged = sent(review_submitted(app, review=review), source=STRANGER)
    assert await parts.handle(forged.arrived(1)) is Outcome.HELD
    assert await parts.handle(sent(review_submitted(app, review=review)).arrived(2)) is Outcome.HELD
    assert {one["reason"] for one in await parts.stored(HELD)} == {"wrong-topic", "behind-a-held-message"}
    await wish(parts, "skip", text="forged")
    await now(parts)
    assert (mended.done, await parts.stored(HELD)) == ([1], [])


async def test_a_strangers_number_is_nobodys_place(database: Database) -> None:
    """Skipped before the real message with its number was sent, it is no reason to drop that one."""
    mended = Mended()
    parts = corrected_by(mended, database)
    app, review = new_id(), new_id()
    await parts.handle(sent(app_published(app)).arrived())
    assert await parts.handle(sent(review_submitted(app, review=review), source=STRANGER).arrived(1)) is Outcome.HELD
    await wish(parts, "skip", text="forged")
    await now(parts)
    assert await parts.handle(sent(review_submitted(app, review=review)).arrived(2)) is Outcome.HANDLED


async def test_a_stranger_stops_no_start(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """An event of another writer on a topic is no event of its service: it starts, and verify says who to look for."""
    settings, app = settings_for(broker.bootstrap, database_process.url), new_id()
    async with living(services["catalog"], settings) as catalog:
        await publish(catalog, app)
        await until_marked(catalog)
    await send(broker.bootstrap, sent(app_published(app), 2, source=STRANGER))
    async with living(services["catalog"], settings) as catalog:
        found = await compared(catalog, broker)
    assert dict(found.counts) == {Kind.NOT_AN_EVENT: 1}


async def test_the_relay_notices_what_it_did_not_send(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """What stands between two of its batches is counted, and nothing of its own ever is."""
    settings, app = settings_for(broker.bootstrap, database_process.url), new_id()
    same = [one for one in (new_id() for _ in range(99)) if _beside(one, app)][:10]

    def others() -> float:
        return REGISTRY.get_sample_value("appstore_relay_others_total", {"topic": topics.APPS.name}) or 0

    before = others()
    async with living(services["catalog"], settings) as catalog:
        await publish(catalog, app)
        for _ in range(3):
            await asyncio.gather(*(publish(catalog, one) for one in same))
        await until_marked(catalog)
        assert others() == before
        await send(broker.bootstrap, sent(app_published(app, "Forged"), 2))
        await publish(catalog, app)
        await until_marked(catalog)
        assert others() == before + 1
        assert (await compared(catalog, broker)).named[Kind.OTHER_CONTENT] == [position_id(topics.APPS.name, app, 2)]


async def test_verify_tells_a_forged_event_from_an_older_copy(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts], tmp_path: Path
) -> None:
    """What the ledger goes on behind for hours was never its own, and no restore takes it in; the end a copy lacks."""
    settings, app = settings_for(broker.bootstrap, database_process.url), new_id()
    catalog = services["catalog"]
    before = datetime.now(UTC) - timedelta(hours=2)
    async with living(catalog, settings) as running:
        await publish(running, app)
        await until_marked(running)
        await send(broker.bootstrap, sent(app_published(app, "Forged"), 2, time=before))
        others = [one for one in (new_id() for _ in range(99)) if _beside(one, app)]
        await publish(running, others[0])
        await until_marked(running)
        copy_out(database_process.url, [catalog.database.raw.name], tmp_path)
        await publish(running, others[1])
        await until_marked(running)
        found = await compared(running, broker)
        assert dict(found.named) == {Kind.FOREIGN: [position_id(topics.APPS.name, app, 2)]}
    put_back(database_process.url, tmp_path)
    found = await compared(catalog, broker)
    assert found.named[Kind.FOREIGN] == [position_id(topics.APPS.name, app, 2)]
    assert found.named[Kind.NOT_IN_LEDGER] == [position_id(topics.APPS.name, others[1], 1)]
    done = await restore(Service("catalog", settings, catalog.rows, lambda motion: motion), catalog.database)
    assert (done.events, done.foreign) == (1, [position_id(topics.APPS.name, app, 2)])
    async with living(catalog, settings):
        assert dict((await compared(catalog, broker)).named) == {Kind.FOREIGN: done.foreign}


def _beside(one: str, other: str) -> bool:
    return topics.APPS.partition_of(one) == topics.APPS.partition_of(other)
