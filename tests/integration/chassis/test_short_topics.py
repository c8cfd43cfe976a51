"""A topic that lacks what was published, in each way it can, and a ledger with a hole: on the real wire."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

import pytest

from chassis.compare import Kind
from chassis.entry import LEDGER, position_id
from chassis.health import Readiness
from chassis.ledger import new_id
from chassis.relay import Relay
from chassis.relay_marks import RELAY
from contracts import topics
from tests.fakes.chassis_messages import Sent
from tests.fakes.chassis_on_the_wire import compared, make_anew, publish, read, send, until_marked, until_whole
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import Parts, living, settings_for, until

pytestmark = pytest.mark.integration

Lose = Callable[[BrokerProcess, Parts], Awaitable[None]]


async def lose_the_topic(broker: BrokerProcess, _catalog: Parts) -> None:
    """The topic was deleted and made again."""
    await make_anew(broker, topics.APPS)


async def lose_the_end(broker: BrokerProcess, catalog: Parts) -> None:
    """The topic ends earlier than it did, on the same log."""
    await make_anew(broker, topics.APPS)
    [first, *_] = await catalog.ledger(topics.APPS)
    headers = tuple((name, value.encode()) for name, value in first["headers"])
    await send(
        broker.bootstrap, Sent(topics.APPS.name, first["partition"], first["key"].encode(), first["value"], headers)
    )


async def believe_too_much(_broker: BrokerProcess, catalog: Parts) -> None:
    """The mark says that more was acknowledged than there is."""
    await catalog.database.collection(RELAY).update_many({}, {"$set": {"offset": 99}})


async def forget_the_marks(broker: BrokerProcess, catalog: Parts) -> None:
    """Events are said to be published, and nobody knows where to."""
    await make_anew(broker, topics.APPS)
    await catalog.database.collection(RELAY).delete_many({})


@pytest.mark.parametrize("lose", [lose_the_topic, lose_the_end, believe_too_much, forget_the_marks])
async def test_whatever_a_topic_lacks_is_filled_again(
    lose: Lose, broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """However a topic came to lack what its ledger says was published, the next start of its writer fills it."""
    settings, app = settings_for(broker.bootstrap, database_process.url), new_id()
    async with living(services["catalog"], settings) as catalog:
        for title in ("One", "Two", "Three"):
            await publish(catalog, app, title)
        await read(broker, topics.APPS, 3)
    await lose(broker, services["catalog"])
    async with living(services["catalog"], settings):
        found = await compared(services["catalog"], broker)
    assert found.equal
    assert found.events == 3


@pytest.mark.parametrize("titles", [("One",), ("One", "Two", "Three")], ids=len)
async def test_a_topic_that_is_made_anew_under_a_running_service_is_filled(
    titles: tuple[str, ...], broker: BrokerProcess, services: dict[str, Parts]
) -> None:
    """The first acknowledgement at a lower offset is enough to see it: all events are there again, in their order."""
    app = new_id()
    async with leading(services["catalog"], broker, Readiness("catalog")) as catalog:
        for title in titles:
            await publish(catalog, app, title)
        await until_marked(catalog)
        await make_anew(broker, topics.APPS)
        await publish(catalog, app, "Four")
        await until_whole(catalog, broker)


async def test_nothing_is_published_behind_a_hole_in_the_ledger(
    broker: BrokerProcess, services: dict[str, Parts]
) -> None:
    """What comes after a missing number waits, others don't; /ready and verify name it; put back, all is published."""
    app, other, readiness = new_id(), new_id(), Readiness("catalog")
    catalog = services["catalog"]
    for title in ("One", "Two", "Three"):
        await publish(catalog, app, title)
    await publish(catalog, other)
    hole = {"_id": position_id(topics.APPS.name, app, 2)}
    missing = await catalog.database.collection(LEDGER).find_one_and_delete(hole)
    async with leading(catalog, broker, readiness):
        contexts = await read(broker, topics.APPS, 2)
        assert {(context.subject, context.number) for context in contexts} == {(app, 1), (other, 1)}
        assert [reason for reason in readiness.report()["reasons"] if f"{app}/000000000002" in reason]
        found = await compared(catalog, broker)
        assert found.named[Kind.HOLE_IN_LEDGER] == [hole["_id"]]
        assert found.named[Kind.NOT_ON_TOPIC] == [position_id(topics.APPS.name, app, 3)]
    await catalog.database.collection(LEDGER).insert_one(missing)
    async with leading(catalog, broker, readiness):
        await read(broker, topics.APPS, 4)
        assert (await compared(catalog, broker)).equal


@asynccontextmanager
async def leading(parts: Parts, broker: BrokerProcess, readiness: Readiness) -> AsyncIterator[Parts]:
    """A catalog whose relay leads, as in a running service."""
    settings = settings_for(broker.bootstrap, "")
    relay = Relay(parts.database, list(topics.written_by("catalog")), settings, "this-log", readiness)
    task = asyncio.create_task(relay.lead())
    try:

        async def publishing() -> bool:
            return relay.publishing

        await until(publishing, "the relay publishes")
        yield await Parts(parts.service, parts.rows, parts.database, relay, parts.clock).memory()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
        await relay.stop(grace=0)
