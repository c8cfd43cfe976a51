"""The subscriber: one per service, for all the topics its table needs, through FastStream on aiokafka.

It hands raw messages to whoever delivers them, in order, and commits offsets from a task of its own once a second.
FastStream's own parsing, acknowledging and middlewares stay out of the way: they lose, skip or spin where we must not.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any, Protocol, cast

import structlog
from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition
from aiokafka.abc import ConsumerRebalanceListener
from aiokafka.coordinator.assignors.range import RangePartitionAssignor
from aiokafka.errors import KafkaError
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from chassis import telemetry
from chassis.errors import NotNow
from chassis.fetch_pace import FetchPace
from chassis.health import Readiness
from chassis.mongo import DatabaseError, is_away
from chassis.settings import ServiceSettings
from chassis.wire import RawMessage, raw_message
from contracts.topics import Topic

log = structlog.get_logger(__name__)

MAX_POLL_MS = 24 * 3600 * 1000
_POLL_RECORDS = 500
_COMMIT_SECONDS = 1
_LAG_SECONDS = 2
_GAP_SECONDS = 3
_IN_HAND_SECONDS = 2
_REVOKED_SECONDS = 1
_RETRY = (0.1, 0.2, 0.5, 1.0, 2.0)

Partition = tuple[str, int]
Deliver = Callable[[Sequence[RawMessage]], Awaitable[set[Partition]]]
"""Handles messages in order; the partitions to read again from their start, because a gap was met. Raises NotNow."""


class Owner(Protocol):
    """Whoever remembers what was handled in a replica's partitions."""

    def assigned(self, partitions: frozenset[Partition]) -> None:
        """These are the partitions from now on."""
        ...

    async def before_commit(self) -> None:
        """Store what must be stored before the offsets of what was handled are. Raises the driver's errors."""
        ...

    def met_gaps(self) -> set[Partition]:
        """The partitions to read again from their start, because a gap was found behind the delivery."""
        ...


class Subscriber(ConsumerRebalanceListener):  # type: ignore[misc]  # aiokafka carries no types
    """Consumes a service's topics in the group named after the service."""

    def __init__(
        self,
        service: str,
        topics: Iterable[Topic],
        settings: ServiceSettings,
        epoch: str,
        deliver: Deliver,
        readiness: Readiness,
        owner: Owner | None = None,
    ) -> None:
        self._epoch = epoch
        self._deliver = deliver
        self._readiness = readiness
        self._owner = owner
        self._assignments = 0
        self._pace = FetchPace(settings.fetch_wait_ms, settings.busy_fetch_wait_ms)
        self._settled = asyncio.Event()
        self._done: dict[TopicPartition, int] = {}
        self._committed: dict[TopicPartition, int] = {}
        self._gaps: set[Partition] = set()
        self._stopping = False
        self._idle = asyncio.Event()
        self._idle.set()
        self._tasks: list[asyncio.Task[None]] = []
        self._broker = KafkaBroker(
            settings.kafka,
            client_id=f"appstore-{service}",
            apply_types=False,
            logger=None,
            graceful_timeout=6,
            request_timeout_ms=10_000,
            allow_auto_create_topics=False,
        )
        self._subscriber = self._broker.subscriber(
            *(topic.name for topic in topics),
            group_id=service,
            auto_offset_reset="earliest",
            ack_policy=AckPolicy.MANUAL,
            parser=self._untouched,
            decoder=self._as_it_is,
            listener=self,
            partition_assignment_strategy=(RangePartitionAssignor,),
            session_timeout_ms=settings.session_timeout_ms,
            heartbeat_interval_ms=settings.heartbeat_ms,
            fetch_max_wait_ms=settings.fetch_wait_ms,
            max_poll_interval_ms=MAX_POLL_MS,
            isolation_level="read_committed",
        )
        self._subscriber(self._receive)

    async def start(self) -> None:
        """Join the group and begin. Raises KafkaError while the broker is away; may be called again."""
        await self._broker.start()
        work = (self._commit_forever(), self._measure_lag(), self._read_gaps_again())
        self._tasks = [asyncio.create_task(coroutine) for coroutine in work]

    async def stop(self) -> None:
        """Finish the message in hand, commit, leave the group."""
        self._stopping = True
        self._settled.set()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_IN_HAND_SECONDS):
                await self._idle.wait()
        for task in self._tasks:
            task.cancel()
        with contextlib.suppress(KafkaError, DatabaseError, TimeoutError):
            async with asyncio.timeout(2):
                await self._commit()
        with contextlib.suppress(KafkaError, TimeoutError, OSError):
            async with asyncio.timeout(4):
                await self._broker.stop()

    async def on_partitions_revoked(self, revoked: Iterable[TopicPartition]) -> None:
        """Let what is in hand finish for a moment, and commit what was handled, before another member takes over."""
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_REVOKED_SECONDS):
                await self._idle.wait()
        self._settled.clear()
        with contextlib.suppress(KafkaError, DatabaseError, TimeoutError):
            async with asyncio.timeout(2):
                await self._commit()
        for partition in revoked:
            self._done.pop(partition, None)
            self._committed.pop(partition, None)
            self._gaps.discard((partition.topic, partition.partition))

    async def on_partitions_assigned(self, assigned: Iterable[TopicPartition]) -> None:
        """Positions come from the group; whoever handles messages reads its memory anew before the next one."""
        mine = frozenset((partition.topic, partition.partition) for partition in assigned)
        self._assignments += 1
        self._done.clear()
        self._committed.clear()
        telemetry.PARTITIONS.set(len(mine))
        if self._owner is not None:
            self._owner.assigned(mine)
        self._settled.set()

    @property
    def _consumer(self) -> AIOKafkaConsumer | None:
        return self._subscriber.consumer

    async def _untouched(self, record: ConsumerRecord[Any, Any]) -> KafkaMessage:
        return KafkaMessage(raw_message=record, body=record.value or b"", consumer=cast("Any", self._consumer))

    async def _as_it_is(self, message: KafkaMessage) -> KafkaMessage:
        return message

    async def _receive(self, message: KafkaMessage) -> None:
        # What comes after the stop is left to whoever reads next; only what was in hand then is finished.
        if self._stopping:
            return
        self._idle.clear()
        try:
            await self._take(message)
        finally:
            self._idle.set()

    async def _take(self, message: KafkaMessage) -> None:
        # Between two assignments nobody knows whose a message is.
        await self._settled.wait()
        assignment = self._assignments
        records: list[Any] = [message.raw_message]
        consumer = self._consumer
        if consumer is not None:
            self._pace.heard(consumer)
            more = await consumer.getmany(timeout_ms=0, max_records=_POLL_RECORDS)
            records += [record for batch in more.values() for record in batch]
        gaps = await self._deliver_until_done([raw_message(record, self._epoch) for record in records])
        # What was in hand when the partitions were given out anew is delivered again to whoever has it now.
        if gaps is None or assignment != self._assignments:
            return
        self._gaps |= gaps
        for record in records:
            place = (record.topic, record.partition)
            # Whoever comes after this process must find the message beyond the gap again.
            self._done[TopicPartition(*place)] = 0 if place in self._gaps else record.offset + 1
        self._tell_missing(gaps)

    def _tell_missing(self, gaps: set[Partition]) -> None:
        if gaps:
            self._readiness.set("gap", f"a message is missing on {', '.join(sorted({topic for topic, _ in gaps}))}")

    async def _deliver_until_done(self, batch: Sequence[RawMessage]) -> set[Partition] | None:
        """The partitions with a gap; None when the service is told to stop first."""
        attempt = 0
        while not self._stopping:
            try:
                gaps = await self._deliver(batch)
            except NotNow as reason:
                self._readiness.set("motion", str(reason))
                await asyncio.sleep(_RETRY[min(attempt, len(_RETRY) - 1)])
                attempt += 1
            except Exception as error:
                if not is_away(error):
                    log.exception("could not deliver a batch, trying again")
                self._readiness.set("motion", f"messages can't be delivered ({type(error).__name__})")
                await asyncio.sleep(_RETRY[-1])
            else:
                self._readiness.clear("motion")
                return gaps
        return None

    async def _read_gaps_again(self) -> None:
        """Read partitions with a gap from their start, where the writer's refill puts what is missing."""
        while True:
            await asyncio.sleep(_GAP_SECONDS)
            if not self._gaps:
                self._readiness.clear("gap")
            for place in list(self._gaps):
                with contextlib.suppress(KafkaError, TimeoutError):
                    await self._from_its_start(TopicPartition(*place))
                    self._gaps.discard(place)

    async def _from_its_start(self, partition: TopicPartition) -> None:
        consumer = self._consumer
        if consumer is not None and partition in consumer.assignment():
            await consumer.seek_to_beginning(partition)

    async def _commit_forever(self) -> None:
        while True:
            await asyncio.sleep(_COMMIT_SECONDS)
            try:
                async with asyncio.timeout(5):
                    await self._commit()
            except (KafkaError, DatabaseError, TimeoutError) as error:
                log.info("could not commit offsets, trying again", error=type(error).__name__)

    async def _commit(self) -> None:
        consumer = self._consumer
        if consumer is None:
            return
        mine = consumer.assignment()
        changed = {tp: offset for tp, offset in self._done.items() if tp in mine and self._committed.get(tp) != offset}
        if changed:
            if self._owner is not None:
                await self._owner.before_commit()
                self._begin_again(self._owner.met_gaps(), changed)
            await consumer.commit(changed)
            self._committed.update(changed)

    def _begin_again(self, gaps: set[Partition], offsets: dict[TopicPartition, int]) -> None:
        """Whoever comes after this process must find the messages beyond these gaps again."""
        self._gaps |= gaps
        self._tell_missing(gaps)
        for place in (TopicPartition(*gap) for gap in gaps):
            self._done[place] = 0
            if place in offsets:
                offsets[place] = 0

    async def _measure_lag(self) -> None:
        while True:
            await asyncio.sleep(_LAG_SECONDS)
            consumer = self._consumer
            if consumer is None:
                continue
            lag = 0
            for partition in consumer.assignment():
                end, done = consumer.highwater(partition), self._done.get(partition)
                if end is not None and done is not None:
                    lag += max(0, end - done)
            telemetry.LAG.set(lag)
