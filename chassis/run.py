"""A service's life: connect, restore what memory needs, consume, and stop within ten seconds.

`main.py` of each service calls `run` with its table and how to build its `World`; nothing else starts a service. Order
of the start: health, broker's epoch, database, relay (refills first), own parts, consumer. The stop is the reverse.
"""

import asyncio
import contextlib
import gc
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from typing import Any

import structlog
import uvloop
from aiokafka.errors import KafkaError
from pymongo.errors import PyMongoError

from chassis.clock import Clock, SystemClock
from chassis.cursor import Cursors
from chassis.errors import EpochChanged, NotNow
from chassis.handle import Handler, Outcome
from chassis.health import Readiness, health_app, serving
from chassis.held import Held
from chassis.kafka import EpochReader, Partition, Subscriber
from chassis.ledger import Motion, Writer
from chassis.logging import set_up_logging
from chassis.mongo import Database
from chassis.motions import Every, Keeps, Project, Row, Table, Watch
from chassis.perform import Performer
from chassis.projection import Projector
from chassis.redeliver import Redelivery
from chassis.relay import Relay
from chassis.settings import ServiceSettings
from chassis.waiting import Waiting
from chassis.wire import RawMessage
from contracts import topics

log = structlog.get_logger(__name__)

EXIT_EPOCH_CHANGED = 75
_EPOCH_SECONDS = 2
_SWEEP_SECONDS = 1
_STOP_SECONDS = 9


@dataclass(frozen=True)
class Running:
    """The parts of a running service, for its own parts (`parts` of run) to stand on."""

    settings: ServiceSettings
    database: Database
    performer: Performer
    readiness: Readiness
    epoch: str


Source = Callable[[], AsyncIterator[Any]]
Parts = Callable[[Running], AbstractAsyncContextManager[None]]


def run(
    service: str,
    settings: ServiceSettings,
    rows: Sequence[Row],
    world_of: Callable[[Motion], Any],
    *,
    sources: Mapping[str, Source] | None = None,
    parts: Parts | None = None,
    clock: Clock | None = None,
) -> None:
    """Run a service until it is told to stop. Exits 75 when the log was replaced under it.

    `world_of(motion)` builds the service's World; `sources` feed the `Watch` rows; `parts` are parts of its own that
    run between the relay's start and the consumer's.
    """
    set_up_logging(service, settings.log_format, settings.log_level)
    life = _Life(service, settings, Table(tuple(rows)), world_of, sources or {}, parts, clock or SystemClock())
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(life.live())
    except EpochChanged:
        log.warning("the broker's log was replaced; starting again is the way to read it from its start")
        sys.exit(EXIT_EPOCH_CHANGED)


@dataclass
class _Life:
    service: str
    settings: ServiceSettings
    table: Table
    world_of: Callable[[Motion], Any]
    sources: Mapping[str, Source]
    parts: Parts | None
    clock: Clock

    async def live(self) -> None:
        stop = asyncio.Event()
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop.set)
        readiness = Readiness(self.service)
        async with serving(health_app(readiness), self.settings.health_host, self.settings.health_port):
            working = asyncio.create_task(self._work(readiness, stop))
            stopping = asyncio.create_task(stop.wait())
            await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
            if not working.done():
                log.info("stopping")
                readiness.set("stop", "stopping")
                await asyncio.wait({working}, timeout=_STOP_SECONDS)
            if not working.done():
                log.warning("did not stop in time", seconds=_STOP_SECONDS)
                working.cancel()
                return
            stopping.cancel()
            working.result()

    async def _work(self, readiness: Readiness, stop: asyncio.Event) -> None:
        async with AsyncExitStack() as stack:
            epochs = EpochReader(self.settings.kafka)
            stack.push_async_callback(epochs.close)
            if (epoch := await _unless(stop, epochs.wait(readiness))) is None:
                return
            readiness.epoch = epoch
            database = Database(self.settings.mongo, f"appstore_{self.service}")
            stack.callback(database.close)
            if await _unless(stop, _reachable(database, readiness)) is None:
                return
            relay = Relay(database, list(topics.written_by(self.service)), self.settings.kafka, epoch, readiness)
            performer = Performer(self._writer(), database, relay)
            cursors, waiting, held = Cursors(database), Waiting(database), Held(self.service, database)
            handler = Handler(self.table, performer, self.world_of, cursors, waiting, held)
            for part in (cursors, waiting, held):
                await part.load()
            await relay.start()
            stack.push_async_callback(relay.stop)
            if self.parts is not None:
                await stack.enter_async_context(
                    self.parts(Running(self.settings, database, performer, readiness, epoch))
                )
            redelivery = Redelivery(handler)
            await redelivery.restart()
            deliver = await self._delivery(redelivery, handler, database)
            if self.table.topics_read:
                subscriber = Subscriber(self.service, self.table.topics_read, self.settings, epoch, deliver, readiness)
                stack.push_async_callback(subscriber.stop)
                if await _unless(stop, _started(subscriber)) is None:
                    return
            readiness.clear("start")
            gc.collect()
            gc.freeze()
            log.info("ready", epoch=epoch)
            await self._until_stopped(stop, performer, redelivery, epochs, readiness)

    def _writer(self) -> Writer:
        folds = {row.topic.name: row for row in self.table.of(Keeps)}
        held = topics.HELD_MESSAGES[self.service]
        folds[held.name] = Keeps(held)
        return Writer(self.service, self.settings.origin, self.settings.oin, folds, self.clock)

    async def _delivery(
        self, redelivery: Redelivery, handler: Handler, database: Database
    ) -> Callable[[Sequence[RawMessage]], Any]:
        async def one_by_one(batch: Sequence[RawMessage]) -> set[Partition]:
            return {(raw.topic, raw.partition) for raw in batch if await redelivery.handle(raw) is Outcome.GAP}

        if not any(self.table.of(Project)):
            return one_by_one
        projector = Projector(self.table, database, handler)
        await projector.prepare()
        return projector.apply

    async def _until_stopped(
        self,
        stop: asyncio.Event,
        performer: Performer,
        redelivery: Redelivery,
        epochs: EpochReader,
        readiness: Readiness,
    ) -> None:
        work = [self._watch_epoch(epochs, readiness), _sweep(redelivery, self.clock)]
        work += [self._timer(row, performer) for row in self.table.of(Every)]
        work += [self._watch(row, performer) for row in self.table.of(Watch)]
        tasks = [asyncio.create_task(coroutine) for coroutine in work]
        stopping = asyncio.create_task(stop.wait())
        try:
            done, _ = await asyncio.wait({*tasks, stopping}, return_when=asyncio.FIRST_COMPLETED)
            for task in done - {stopping}:
                task.result()
        finally:
            for task in [*tasks, stopping]:
                task.cancel()
            await asyncio.gather(*tasks, stopping, return_exceptions=True)

    async def _watch_epoch(self, epochs: EpochReader, readiness: Readiness) -> None:
        while True:
            await asyncio.sleep(_EPOCH_SECONDS)
            try:
                now = await epochs.read()
            except (KafkaError, TimeoutError, OSError) as error:
                readiness.set("broker", f"the broker does not answer ({type(error).__name__})")
                continue
            readiness.clear("broker")
            if now != readiness.epoch:
                raise EpochChanged

    async def _timer(self, row: Every, performer: Performer) -> None:
        while True:
            await self._set_in_motion(row.do, None, performer)
            await asyncio.sleep(row.seconds)

    async def _watch(self, row: Watch, performer: Performer) -> None:
        async for seen in self.sources[row.source]():
            while not await self._set_in_motion(row.do, seen, performer):  # noqa: ASYNC110 - tried again, not awaited
                await asyncio.sleep(1)

    async def _set_in_motion(self, do: Callable[[Any, Any], Any], seen: Any, performer: Performer) -> bool:
        try:
            await performer.perform(lambda motion: do(seen, self.world_of(motion)))
        except NotNow as reason:
            log.info("not now", use_case=do.__name__, reason=str(reason))
            return False
        except Exception:
            log.exception("a motion failed and will be tried again", use_case=do.__name__)
            return False
        return True


async def _sweep(redelivery: Redelivery, clock: Clock) -> None:
    while True:
        await asyncio.sleep(_SWEEP_SECONDS)
        with contextlib.suppress(NotNow):
            await redelivery.sweep(clock.now())


async def _reachable(database: Database, readiness: Readiness) -> bool:
    while True:
        try:
            await database.ping()
        except PyMongoError as error:
            readiness.set("database", f"the database does not answer ({type(error).__name__})")
            await asyncio.sleep(0.3)
        else:
            readiness.clear("database")
            return True


async def _started(subscriber: Subscriber) -> bool:
    await subscriber.start()
    return True


async def _unless(stop: asyncio.Event, work: Any) -> Any:
    """What `work` gives, or None when the service is told to stop first."""
    working, stopping = asyncio.ensure_future(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        return working.result()
    working.cancel()
    return None
