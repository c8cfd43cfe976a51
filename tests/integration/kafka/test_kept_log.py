"""Apache Kafka comes back with its log: nothing is refilled, nothing is lost, and a lost answer leaves no repeat."""

import logging
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.epoch import EpochReader
from chassis.health import Readiness
from chassis.ledger import new_id
from contracts import topics
from tests.fakes.chassis_on_the_wire import publish, read
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import CATALOG, Parts, living, service, settings_for, until

pytestmark = [pytest.mark.integration, pytest.mark.kafka, pytest.mark.kills]


@pytest.fixture
def catalog(database_process: DatabaseProcess) -> Iterator[Parts]:
    """A service that only writes."""
    parts = service("catalog", CATALOG, database_process.url, new_id().replace("-", ""))
    yield parts
    parts.database.close()


async def epoch_of(broker: BrokerProcess) -> str:
    """Which log this is."""
    epochs = EpochReader(broker.bootstrap)
    try:
        return await epochs.wait(Readiness("catalog"))
    finally:
        await epochs.close()


async def length(broker: BrokerProcess, topic: topics.Topic) -> int:
    """How many messages lie on a topic."""
    async with AIOKafkaConsumer(bootstrap_servers=broker.bootstrap) as consumer:
        ends = await consumer.end_offsets([TopicPartition(topic.name, number) for number in range(topic.partitions)])
    return sum(ends.values())


async def test_a_killed_broker_is_the_same_log_again(
    broker: BrokerProcess, database_process: DatabaseProcess, catalog: Parts
) -> None:
    """After kill -9 the epoch is the one before; what was recorded meanwhile follows, and nothing is sent again."""
    app, epoch = new_id(), await epoch_of(broker)
    settings = settings_for(broker.bootstrap, database_process.url)
    async with living(catalog, settings) as alive:
        await publish(alive, app, "One")
        await read(broker, topics.APPS, 1)
        broker.kill()
        for title in ("Two", "Three"):
            await publish(alive, app, title)
        broker.start()
        assert [context.number for context in await read(broker, topics.APPS, 3)] == [1, 2, 3]
    assert await epoch_of(broker) == epoch
    async with living(catalog, settings) as alive:
        await publish(alive, app, "Four")
        assert [context.number for context in await read(broker, topics.APPS, 4)] == [1, 2, 3, 4]
    assert await length(broker, topics.APPS) == 4


async def test_a_lost_acknowledgement_leaves_no_repeat(
    broker: BrokerProcess, database_process: DatabaseProcess, catalog: Parts, caplog: pytest.LogCaptureFixture
) -> None:
    """A broker that answers too late has stored the event; sent again by the same producer, it is stored once."""
    app = new_id()

    async def gave_up_waiting() -> bool:
        return any("Got error produce response" in record.message for record in caplog.records)

    with caplog.at_level(logging.WARNING, "aiokafka"):
        async with living(catalog, settings_for(broker.bootstrap, database_process.url)) as alive:
            await publish(alive, app, "One")
            await read(broker, topics.APPS, 1)
            broker.pause()
            caplog.clear()
            try:
                await publish(alive, app, "Two")
                await until(gave_up_waiting, "the producer sends it again", within=20)
            finally:
                broker.resume()
            await publish(alive, app, "Three")
            assert [context.number for context in await read(broker, topics.APPS, 3)] == [1, 2, 3]
    assert await length(broker, topics.APPS) == 3
