"""What the platform uses of Kafka, one test a feature: the embedded broker must do it as Apache Kafka does."""

import asyncio
import uuid
from collections.abc import Sequence

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType
from aiokafka.structs import OffsetAndMetadata

from infra.local.stack import Stack

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

Header = tuple[str, bytes | None]


async def a_topic(stack: Stack, partitions: int = 1, settings: dict[str, str] | None = None) -> str:
    """A new topic of this test's own."""
    name = f"test.{uuid.uuid4().hex}"
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka)
    await admin.start()
    await admin.create_topics([NewTopic(name, partitions, 1, topic_configs=settings or {})])
    await admin.close()
    return name


async def send(stack: Stack, topic: str, values: Sequence[bytes | None], headers: Sequence[Header] = ()) -> int:
    """Send values in one ordered batch, as the relay does; returns the offset that the acknowledgement names."""
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, acks="all", linger_ms=0)
    async with producer:
        batch = producer.create_batch()
        for value in values:
            batch.append(key=b"key", value=value, timestamp=None, headers=list(headers))
        batch.close()
        acknowledged = await (await producer.send_batch(batch, topic, partition=0))
    return int(acknowledged.offset)


async def read(stack: Stack, topic: str, count: int) -> list[ConsumerRecord[bytes, bytes]]:
    """The first messages of partition 0, read without a group, as the tail does."""
    async with AIOKafkaConsumer(bootstrap_servers=stack.kafka, fetch_max_wait_ms=50) as consumer:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        await consumer.seek_to_beginning(partition)
        async with asyncio.timeout(10):
            return [await consumer.getone() for _ in range(count)]


async def test_a_batch_keeps_its_order(shared_stack: Stack) -> None:
    """Events of a key arrive in the order in which they were recorded."""
    topic = await a_topic(shared_stack)
    values = [b"%d" % number for number in range(300)]
    await send(shared_stack, topic, values)
    read_back = await read(shared_stack, topic, 300)
    assert [message.value for message in read_back] == values
    assert [message.offset for message in read_back] == list(range(300))


async def test_headers_arrive_byte_by_byte(shared_stack: Stack) -> None:
    """The envelope travels in headers, also what is not text; a tombstone has no value."""
    topic = await a_topic(shared_stack)
    headers: list[Header] = [
        ("ce_id", b"1"),
        ("ce_subject", "caf\u00e9".encode()),
        ("broken", b"\xff\xfe"),
        ("none", None),
    ]
    await send(shared_stack, topic, [b'{"broken', None], headers)
    first, tombstone = await read(shared_stack, topic, 2)
    # The broker may hand an absent value back as an empty one.
    assert [(name, value or None) for name, value in first.headers] == headers
    assert first.value == b'{"broken'
    assert not tombstone.value


async def test_a_group_goes_on_where_it_stopped(shared_stack: Stack) -> None:
    """A service that starts again reads on from what it has committed."""
    topic = await a_topic(shared_stack)
    await send(shared_stack, topic, [b"0", b"1", b"2", b"3"])
    group = f"group-{uuid.uuid4().hex}"
    seen: list[bytes | None] = []
    for _ in range(2):
        consumer = AIOKafkaConsumer(
            topic,
            bootstrap_servers=shared_stack.kafka,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            session_timeout_ms=3000,
            heartbeat_interval_ms=300,
            fetch_max_wait_ms=50,
        )
        async with consumer, asyncio.timeout(20):
            for _ in range(2):
                message = await consumer.getone()
                seen.append(message.value)
            await consumer.commit({TopicPartition(topic, 0): OffsetAndMetadata(message.offset + 1, "")})
    assert seen == [b"0", b"1", b"2", b"3"]


async def test_the_high_water_mark_is_the_end(shared_stack: Stack) -> None:
    """What a fetch reports as high water mark is the offset after the last message, whatever the batches."""
    topic = await a_topic(shared_stack)
    await send(shared_stack, topic, [b"x"] * 7)
    await send(shared_stack, topic, [b"x"] * 3)
    async with AIOKafkaConsumer(bootstrap_servers=shared_stack.kafka, fetch_max_wait_ms=50) as consumer:
        partition = TopicPartition(topic, 0)
        consumer.assign([partition])
        await consumer.seek_to_end(partition)
        async with asyncio.timeout(10):
            while consumer.highwater(partition) is None:
                await consumer.getmany(timeout_ms=100)
        assert consumer.highwater(partition) == 10


async def test_end_offsets_lie_beyond_the_start_of_the_last_batch(shared_stack: Stack) -> None:
    """The embedded broker's `end_offsets` is one after the last batch's first message, Apache Kafka's after its last.

    So the offset that an acknowledgement names, the batch's first, can be compared with it on both; a later one
    cannot.
    """
    topic = await a_topic(shared_stack, partitions=4)
    await send(shared_stack, topic, [b"x"] * 7)
    acknowledged = await send(shared_stack, topic, [b"x"] * 3)
    async with AIOKafkaConsumer(bootstrap_servers=shared_stack.kafka) as consumer:
        partitions = [TopicPartition(topic, number) for number in range(4)]
        ends = await consumer.end_offsets(partitions)
    assert acknowledged == 7
    assert 8 <= ends[partitions[0]] <= 10
    assert [ends[partition] for partition in partitions[1:]] == [0, 0, 0]


async def test_settings_of_a_topic_are_kept(shared_stack: Stack) -> None:
    """Retention is asked for when a topic is made, and can be read back."""
    topic = await a_topic(shared_stack, settings={"retention.ms": "60000", "segment.ms": "15000"})
    admin = AIOKafkaAdminClient(bootstrap_servers=shared_stack.kafka)
    await admin.start()
    answers = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    await admin.close()
    found = {entry[0]: entry[1] for answer in answers for entry in answer.resources[0][-1]}
    assert found["retention.ms"] == "60000"
    assert found["segment.ms"] == "15000"


async def test_the_epoch_is_the_cluster_id(shared_stack: Stack) -> None:
    """Any client reads the epoch from the broker's description of itself."""
    admin = AIOKafkaAdminClient(bootstrap_servers=shared_stack.kafka)
    await admin.start()
    cluster = await admin.describe_cluster()
    await admin.close()
    assert cluster["cluster_id"] == shared_stack.record().cluster_id
