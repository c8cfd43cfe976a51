"""Several replicas of one service on the real wire: one publishes, all consume, and any may go at any time."""

import asyncio
from collections.abc import Callable, Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime, timedelta

import pytest

from chassis.entry import LEDGER
from chassis.ledger import new_id
from contracts import topics
from contracts.envelope import Context
from tests.fakes.chassis_messages import app_published, review_submitted, sent
from tests.fakes.chassis_on_the_wire import answered, publish, read, read_distinct, send
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_replicas import TTL, Replica, replica, until_shared, who_leads
from tests.fakes.chassis_service import Parts, settings_for, until

pytestmark = pytest.mark.integration


def whole(contexts: Sequence[Context]) -> bool:
    """Whether each key counts on from one, and every place has one event; what is repeated is the same again."""
    last: dict[str, int] = {}
    places: dict[tuple[str, int], str] = {}
    for context in contexts:
        if context.number > last.get(context.subject, 0) + 1:
            return False
        last[context.subject] = max(context.number, last.get(context.subject, 0))
        if places.setdefault((context.subject, context.number), context.id) != context.id:
            return False
    return True


class Ahead:
    """A clock that runs an hour ahead."""

    def now(self) -> datetime:
        """The time, wrong."""
        return datetime.now(UTC) + timedelta(hours=1)


def id_in(topic: topics.Topic, wanted: Callable[[int], bool]) -> str:
    """An id whose partition is one of those wanted."""
    return next(key for key in iter(new_id, "") if wanted(topic.partition_of(key)))


async def test_what_any_replica_records_is_published_in_order(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """Two replicas write the same keys side by side; the one that leads publishes all of it, n+1 behind n."""
    settings = settings_for(broker.bootstrap, database_process.url)
    apps = [new_id() for _ in range(3)]
    async with replica(services["catalog"], settings) as first, replica(services["catalog"], settings) as second:
        one, two = await who_leads(first, second)

        async def write(each: Replica) -> None:
            for number in range(8):
                for app in apps:
                    await publish(each.parts, app, f"{each.lease.holder} {number}")

        await asyncio.gather(write(one), write(two))
        contexts = await read_distinct(broker, topics.APPS, 2 * 8 * len(apps))
        assert whole(contexts)


async def test_the_work_of_a_replica_that_stopped_is_taken_over_and_it_may_wake_up(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """A leader that renews no more is followed: what it left is published, and it publishes nothing after."""
    settings = settings_for(broker.bootstrap, database_process.url)
    app = new_id()
    async with replica(services["catalog"], settings) as first, replica(services["catalog"], settings) as second:
        one, two = await who_leads(first, second)
        await publish(one.parts, app, "published")
        await read(broker, topics.APPS, 1)
        await one.freeze()
        await publish(one.parts, app, "left behind or published twice")
        await until(two.leads, "the second leads", within=4 * TTL)
        await publish(one.parts, app, "recorded by one that does not lead")
        await publish(two.parts, app, "recorded by the leader")
        contexts = await read_distinct(broker, topics.APPS, 4)
        assert whole(contexts)
        assert (one.lease.held, one.relay.publishing) == (False, False)


async def test_a_replica_whose_clock_is_an_hour_ahead_changes_no_order(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """Two replicas that disagree about the time write one key in turn: it is published in order, and one leads."""
    settings = settings_for(broker.bootstrap, database_process.url)
    app, right = new_id(), services["catalog"]
    wrong = Parts(right.service, right.rows, right.database, right.relay, Ahead())
    async with replica(right, settings) as first, replica(wrong, settings) as second:
        await who_leads(first, second)
        for number in range(6):
            await publish((first, second)[number % 2].parts, app, str(number))
        assert whole(await read_distinct(broker, topics.APPS, 6))
        assert [first.lease.held, second.lease.held].count(True) == 1


async def test_a_leader_that_stops_hands_over_at_once(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """A graceful stop publishes what is in hand and gives the lease up: nobody waits for it to run out."""
    settings = settings_for(broker.bootstrap, database_process.url)
    async with AsyncExitStack() as stays:
        async with replica(services["catalog"], settings) as one:
            await until(one.leads, "the first leads")
            two = await stays.enter_async_context(replica(services["catalog"], settings))
            app = new_id()
            for number in range(5):
                await publish(one.parts, app, str(number))
        await until(two.leads, "the second leads", within=TTL)
        assert await services["catalog"].stored(LEDGER, unpublished=True) == []
        await publish(two.parts, app, "the next")
        assert whole(await read_distinct(broker, topics.APPS, 6))


async def test_a_message_that_waits_here_for_what_arrives_there_is_taken_up(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """A review waits at one replica for an app that another replica hears of, and is answered by the first, once."""
    settings = settings_for(broker.bootstrap, database_process.url)
    async with replica(services["community"], settings) as one, replica(services["community"], settings) as two:
        await until_shared(one, two)
        app = id_in(topics.APPS, lambda number: (topics.APPS.name, number) in one.partitions)
        review = id_in(topics.REVIEW_REQUESTS, lambda number: (topics.REVIEW_REQUESTS.name, number) in two.partitions)
        await send(broker.bootstrap, sent(review_submitted(app, review=review)))

        async def waits() -> bool:
            return bool(two.parts.handler.waiting.places())

        await until(waits, "the review waits at the second")
        assert not one.parts.handler.waiting.places()
        await send(broker.bootstrap, sent(app_published(app)))
        await until(lambda: answered(services["community"], 1), "it is answered", within=5)
        assert (one.took, two.took) == (1, 1)


async def test_replicas_come_and_go_while_messages_flow(
    broker: BrokerProcess, database_process: DatabaseProcess, services: dict[str, Parts]
) -> None:
    """Whoever has a partition when, every request is answered once, and the answers of a key are in their order."""
    settings = settings_for(broker.bootstrap, database_process.url)
    app = new_id()
    await send(broker.bootstrap, sent(app_published(app)))
    reviews = [new_id() for _ in range(90)]

    async def ask() -> None:
        for review in reviews:
            await send(broker.bootstrap, sent(review_submitted(app, review=review)))

    async with AsyncExitStack() as stays:
        async with replica(services["community"], settings) as one:
            await until(one.consumes, "the first consumes")
            asking = asyncio.ensure_future(ask())
            two = await stays.enter_async_context(replica(services["community"], settings))
            await until_shared(one, two)
        await until(lambda: answered(services["community"], len(reviews)), "all are answered", within=30)
        await asking
        contexts = await read_distinct(broker, topics.REVIEWS, len(reviews))
    assert {context.subject for context in contexts} == set(reviews)
    assert whole(contexts)
    assert await answered(services["community"], len(reviews))
