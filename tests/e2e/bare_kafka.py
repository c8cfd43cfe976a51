"""The log as any other system sees it: read and written by aiokafka alone, without a line of the platform."""

from collections.abc import Iterable
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, ConsumerRecord, TopicPartition

from contracts.topics import PARTITIONS


@dataclass(frozen=True)
class Message:
    """One message as it lies on the log."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: dict[str, str]


async def read_all(bootstrap: str, topics: Iterable[str]) -> list[Message]:
    """Every message on these topics at this moment, in the order of each partition."""
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, fetch_max_wait_ms=100)
    await consumer.start()
    try:
        places = [TopicPartition(topic, number) for topic in topics for number in range(PARTITIONS)]
        # Asked before they are assigned: the driver's own search for a position would race with ours.
        ends = await consumer.end_offsets(places)
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        found: list[Message] = []
        for place in places:
            while await consumer.position(place) < ends[place]:
                batches = await consumer.getmany(place, timeout_ms=5000)
                found += [_message(record) for record in batches.get(place, [])]
        return found
    finally:
        await consumer.stop()


def _message(record: ConsumerRecord[bytes, bytes]) -> Message:
    headers = {name: value.decode() for name, value in record.headers}
    return Message(record.topic, record.partition, record.offset, record.key, record.value or b"", headers)


async def send(bootstrap: str, topic: str, value: bytes, key: bytes | None = None) -> tuple[int, int]:
    """Put raw bytes on a topic; where they came to lie (partition, offset)."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        stored = await producer.send_and_wait(topic, value, key=key)
        return stored.partition, stored.offset
    finally:
        await producer.stop()
