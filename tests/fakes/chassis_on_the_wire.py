"""Small things that tests on a real broker do: send by hand, read with a bare consumer, record, count answers."""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient

from chassis.compare import Comparison, compare
from chassis.entry import LEDGER
from contracts import topics
from contracts.envelope import Context
from infra.kafka.provision import provision
from tests.fakes.chassis_messages import Sent, app_published
from tests.fakes.chassis_processes import BrokerProcess
from tests.fakes.chassis_service import Parts, until

_PATIENCE = 60
"""Seconds: a producer whose broker died may need several tries of ten seconds each on a busy machine."""
_LARGEST = 4 * 1024 * 1024


async def send(bootstrap: str, *messages: Sent) -> None:
    """Send messages in their order and wait until the broker has them."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_request_size=_LARGEST)
    await producer.start()
    try:
        for message in messages:
            await producer.send_and_wait(
                message.topic, message.value, message.key, message.partition, headers=list(message.headers)
            )
    finally:
        await producer.stop()


async def read(broker: BrokerProcess, topic: topics.Topic, count: int) -> list[Context]:
    """The envelopes of the first so many messages of a topic, as a bare consumer sees them."""
    consumer = AIOKafkaConsumer(topic.name, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    try:
        async with asyncio.timeout(_PATIENCE):
            return [Context.from_headers((await consumer.getone()).headers) for _ in range(count)]
    finally:
        await consumer.stop()


async def read_distinct(broker: BrokerProcess, topic: topics.Topic, count: int) -> list[Context]:
    """The envelopes of a topic up to the one that makes so many different events: a late relay may repeat some."""
    consumer = AIOKafkaConsumer(topic.name, bootstrap_servers=broker.bootstrap, auto_offset_reset="earliest")
    await consumer.start()
    found: list[Context] = []
    try:
        async with asyncio.timeout(_PATIENCE):
            while len({context.id for context in found}) < count:
                found.append(Context.from_headers((await consumer.getone()).headers))
            return found
    finally:
        await consumer.stop()


async def compared(parts: Parts, broker: BrokerProcess) -> Comparison:
    """What `appstore ledger verify` would find."""
    return await compare(parts.database, topics.written_by(parts.service), broker.bootstrap)


async def until_whole(parts: Parts, broker: BrokerProcess) -> None:
    """Wait until a service's topics hold what its ledger does; a topic that fell short is looked at in ten seconds."""

    async def whole() -> bool:
        return (await compared(parts, broker)).equal

    await until(whole, "everything is on the topic", within=_PATIENCE)


async def until_marked(parts: Parts) -> None:
    """Wait until everything that a service recorded was acknowledged and marked so."""

    async def marked() -> bool:
        return not await parts.stored(LEDGER, unpublished=True)

    await until(marked, "the broker has acknowledged everything", within=_PATIENCE)


async def make_anew(broker: BrokerProcess, topic: topics.Topic) -> None:
    """Delete a topic and make it again, empty, on the same log."""
    admin = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap)
    await admin.start()
    try:
        await admin.delete_topics([topic.name])
    finally:
        await admin.close()
    await provision(broker.bootstrap, [topic])


async def publish(catalog: Parts, app: str, title: str = "An app") -> None:
    """Record an app event in a motion of its own."""
    await catalog.performer.perform(lambda motion: motion.record(app_published(app, title)))


async def answers(parts: Parts) -> int:
    """How many reviews were answered."""
    return len(await parts.ledger(topics.REVIEWS))


async def answered(parts: Parts, count: int) -> bool:
    """Whether exactly so many reviews were answered."""
    return await answers(parts) == count


async def until_more_are_answered(parts: Parts, count: int) -> None:
    """Wait until more than so many reviews were answered."""

    async def more() -> bool:
        return await answers(parts) > count

    await until(more, "some are answered")
