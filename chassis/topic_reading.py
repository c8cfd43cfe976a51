"""Reads topics once, from where one says to where they end now: for what compares a log with a ledger or restores one.

No group and no commit: it disturbs nobody. The subscriber and the tail read what comes; this reads what is there.
"""

from collections.abc import AsyncIterator, Iterable, Mapping, Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.entry import position_id
from chassis.kafka import Partition
from chassis.mongo import Document
from chassis.wire import RawMessage, Unreadable, raw_message, read_context
from contracts.topics import Topic

POLL_RECORDS = 500
_POLL_MS = 200
_FETCH_WAIT_MS = 20
_FETCH_BYTES = 4 * 1024 * 1024
_SILENT_POLLS = 100


def partitions_of(topics: Iterable[Topic]) -> list[Partition]:
    """Every partition of these topics."""
    return [(topic.name, number) for topic in topics for number in range(topic.partitions)]


async def ends_of(partitions: Iterable[Partition], bootstrap: str) -> dict[Partition, int]:
    """The offset after the last record of each partition. The embedded broker may name one too low for a batch."""
    probe = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await probe.start()
    try:
        ends = await probe.end_offsets([TopicPartition(*place) for place in partitions])
    finally:
        await probe.stop()
    return {(place.topic, place.partition): end for place, end in ends.items()}


async def read_to_ends(
    bootstrap: str, starts: Mapping[Partition, int], epoch: str = ""
) -> AsyncIterator[Sequence[RawMessage]]:
    """The messages of some partitions, at most 500 at a time, each partition in its order from its start.

    Raises KafkaError while the broker is away, TimeoutError when it falls silent before an end.
    """
    if not starts:
        return
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap,
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        isolation_level="read_committed",
        fetch_max_wait_ms=_FETCH_WAIT_MS,
        max_partition_fetch_bytes=_FETCH_BYTES,
    )
    await consumer.start()
    try:
        consumer.assign([TopicPartition(*place) for place in starts])
        for place, offset in starts.items():
            consumer.seek(TopicPartition(*place), offset)
        async for batch in _until_ends(consumer):
            yield [raw_message(record, epoch) for record in batch]
    finally:
        await consumer.stop()


async def _until_ends(consumer: AIOKafkaConsumer) -> AsyncIterator[list[Any]]:
    """A partition whose end was reached is paused, so that what comes meanwhile is not read too."""
    ends: dict[TopicPartition, int] = {}
    open_, silent = set(consumer.assignment()), 0
    while open_:
        batches = await consumer.getmany(timeout_ms=_POLL_MS, max_records=POLL_RECORDS)
        silent = 0 if batches else silent + 1
        if silent > _SILENT_POLLS:
            raise TimeoutError("the broker does not give what its topics hold")
        for place in list(open_):
            if (mark := consumer.highwater(place)) is not None:
                ends.setdefault(place, mark)
            if place in ends and await consumer.position(place) >= ends[place]:
                open_.discard(place)
                consumer.pause(place)
        if records := [record for batch in batches.values() for record in batch]:
            yield records


def entry_of(raw: RawMessage) -> Document | None:
    """The ledger entry that a message on a topic was made from, as published; None when it is no event."""
    try:
        context = read_context(raw)
        headers = [[name, value.decode()] for name, value in raw.headers]
    except (Unreadable, UnicodeDecodeError):
        return None
    return {
        "_id": position_id(raw.topic, context.subject, context.number),
        "topic": raw.topic,
        "key": context.subject,
        "sequence": context.number,
        "partition": raw.partition,
        "hlc": context.hlc,
        "headers": headers,
        "value": raw.value,
        "recorded": context.time,
    }


def message_of(entry: Document) -> RawMessage:
    """A ledger entry as the message that it is published as."""
    headers = tuple((name, value.encode()) for name, value in entry["headers"])
    return RawMessage(entry["topic"], entry["partition"], -1, entry["key"].encode(), bytes(entry["value"]), headers, "")


def same_event(one: Document, other: Document) -> bool:
    """Whether two entries say the same, byte for byte."""
    return message_of(one).fingerprint == message_of(other).fingerprint
