"""The tail: every partition of some topics, without a group, for what lives in memory (rule 10 of the log).

Server-sent events, `Prefer: wait` and answers hang on it. It starts a little before the end of the log; what came
before that stands in the read models. aiokafka's own consumer, because FastStream refuses to leave messages
unacknowledged without a group.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable, Mapping
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.fetch_pace import FetchPace
from chassis.health import Readiness
from chassis.kafka import Partition
from chassis.settings import ServiceSettings
from chassis.wire import Unreadable, raw_message, read_context, read_event
from contracts.envelope import Event
from contracts.topics import Topic

log = structlog.get_logger(__name__)

REMEMBERED_PER_PARTITION = 200
"""How many events of each partition are heard again at a start."""

_CATCH_UP_SECONDS = 5
_LONG_POLL_MS = 60_000
_MOST_RECORDS = 500

Hear = Callable[[Event[Any], Partition, int], None]
"""Takes one event with its partition and offset; must not block."""


class Tail:
    """Follows topics from now on."""

    def __init__(
        self,
        settings: ServiceSettings,
        topics: Iterable[Topic],
        epoch: str,
        hear: Hear,
        begin_at: Callable[[Mapping[Partition, int]], None],
        readiness: Readiness,
    ) -> None:
        self._bootstrap = settings.kafka
        self._partitions = [
            TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)
        ]
        self._epoch = epoch
        self._fetch_wait_ms = settings.fetch_wait_ms
        self._pace = FetchPace(settings.fetch_wait_ms, settings.busy_fetch_wait_ms)
        self._hear = hear
        self._begin_at = begin_at
        self._readiness = readiness
        self._consumer: AIOKafkaConsumer | None = None
        self._task: asyncio.Task[None] | None = None
        self.positions: dict[Partition, int] = {}
        """Offset after the last event heard, per partition."""

    async def start(self) -> None:
        """Connect, and hear the newest events of every partition before this returns, so that streams can resume.

        The end a broker names may be too low (the embedded one counts batches); what a fetch tells is right.
        """
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            fetch_max_wait_ms=self._fetch_wait_ms,
            isolation_level="read_committed",
        )
        await consumer.start()
        self._consumer = consumer
        # Asked before they are assigned: the driver's own search for a position would race with ours.
        ends = await consumer.end_offsets(self._partitions)
        consumer.assign(self._partitions)
        for partition, end in ends.items():
            start = max(0, end - REMEMBERED_PER_PARTITION)
            consumer.seek(partition, start)
            self.positions[partition.topic, partition.partition] = start
        self._begin_at(self.positions)
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_CATCH_UP_SECONDS):
                while self._behind(consumer):
                    await self._take_more(consumer, self._fetch_wait_ms)
        self._task = asyncio.create_task(self._follow(consumer))

    def expect(self) -> None:
        """Something is about to come, an answer perhaps: fetch quickly for a while."""
        if self._consumer is not None:
            self._pace.heard(self._consumer)

    def _behind(self, consumer: AIOKafkaConsumer) -> bool:
        marks = ((consumer.highwater(p), self.positions[p.topic, p.partition]) for p in self._partitions)
        return any(end is None or heard < end for end, heard in marks)

    async def stop(self) -> None:
        """Stop following."""
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task
        if self._consumer is not None:
            with contextlib.suppress(KafkaError, TimeoutError, asyncio.CancelledError):
                async with asyncio.timeout(2):
                    await self._consumer.stop()

    async def _follow(self, consumer: AIOKafkaConsumer) -> None:
        while True:
            try:
                await self._take_more(consumer, _LONG_POLL_MS)
            except KafkaError as error:
                self._readiness.set("tail", f"the broker does not answer ({type(error).__name__})")
                await asyncio.sleep(0.5)
                continue
            self._readiness.clear("tail")

    async def _take_more(self, consumer: AIOKafkaConsumer, timeout_ms: int) -> None:
        batches = await consumer.getmany(timeout_ms=timeout_ms, max_records=_MOST_RECORDS)
        if batches:
            self._pace.heard(consumer)
        for records in batches.values():
            for record in records:
                self._take(record)

    def _take(self, record: Any) -> None:
        raw = raw_message(record, self._epoch)
        place = (record.topic, record.partition)
        try:
            event = read_event(raw, read_context(raw))
        except Unreadable:
            return
        finally:
            self.positions[place] = record.offset + 1
        try:
            self._hear(event, place, record.offset)
        except Exception:
            log.exception("a listener of the tail failed", topic=record.topic, offset=record.offset)
