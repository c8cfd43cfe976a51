"""The tail: every partition of some topics, without a group, for what lives in memory (rule 10 of the log).

Server-sent events, `Prefer: wait` and answers hang on it. It starts at the end of the log; what came before stands in
the read models. aiokafka's own consumer, because FastStream refuses to leave messages unacknowledged without a group.
"""

import asyncio
import contextlib
from collections.abc import Callable, Iterable
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.health import Readiness
from chassis.kafka import Partition
from chassis.wire import Unreadable, raw_message, read_context, read_event
from contracts.envelope import Event
from contracts.topics import Topic

log = structlog.get_logger(__name__)

Hear = Callable[[Event[Any], Partition, int], None]
"""Takes one event with its partition and offset; must not block."""


class Tail:
    """Follows topics from now on."""

    def __init__(
        self, bootstrap: str, topics: Iterable[Topic], epoch: str, fetch_wait_ms: int, hear: Hear, readiness: Readiness
    ) -> None:
        self._bootstrap = bootstrap
        self._partitions = [
            TopicPartition(topic.name, number) for topic in topics for number in range(topic.partitions)
        ]
        self._epoch = epoch
        self._fetch_wait_ms = fetch_wait_ms
        self._hear = hear
        self._readiness = readiness
        self._consumer: AIOKafkaConsumer | None = None
        self._task: asyncio.Task[None] | None = None
        self.positions: dict[Partition, int] = {}
        """Offset after the last event heard, per partition."""

    async def start(self) -> None:
        """Connect and stand at the end of every partition."""
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._bootstrap,
            enable_auto_commit=False,
            fetch_max_wait_ms=self._fetch_wait_ms,
            isolation_level="read_committed",
        )
        await consumer.start()
        consumer.assign(self._partitions)
        ends = await consumer.end_offsets(self._partitions)
        for partition, end in ends.items():
            consumer.seek(partition, end)
            self.positions[partition.topic, partition.partition] = end
        self._consumer = consumer
        self._task = asyncio.create_task(self._follow(consumer))

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
                batches = await consumer.getmany(timeout_ms=60_000, max_records=500)
            except KafkaError as error:
                self._readiness.set("tail", f"the broker does not answer ({type(error).__name__})")
                await asyncio.sleep(0.5)
                continue
            self._readiness.clear("tail")
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
