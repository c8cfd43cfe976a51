"""A service's life: connect, restore what memory needs, consume, and stop within ten seconds.

`main.py` of each service calls `run` with its table and how to build its `World`; nothing else starts a service. Order
of the start: health, broker's epoch, database, relay (refills first), own parts, consumer. The stop is the reverse.
"""

import asyncio
import gc
import signal
import sys
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
import uvloop

from chassis.background import on_sight, on_time, patiently, sweep_forever, until_stopped
from chassis.clock import Clock, SystemClock
from chassis.cursor import Cursors
from chassis.epoch import EpochReader
from chassis.errors import EpochChanged
from chassis.handle import Handler, Outcome
from chassis.health import Readiness, health_app, serving
from chassis.held import Held
from chassis.kafka import Deliver, Partition, Subscriber
from chassis.ledger import Motion, Writer
from chassis.logging import set_up_logging
from chassis.mongo import Database
from chassis.motions import Every, Keeps, Project, Row, Table, Watch
from chassis.perform import Performer
from chassis.projection import Projector
from chassis.rebuild import Builder
from chassis.redeliver import Redelivery
from chassis.relay import Relay
from chassis.settings import ServiceSettings
from chassis.stale_states import refold_stale_states
from chassis.versions import Versions
from chassis.waiting import Waiting
from chassis.wire import RawMessage
from contracts import topics

log = structlog.get_logger(__name__)

EXIT_EPOCH_CHANGED = 75
_STOP_SECONDS = 9


@dataclass(frozen=True)
class Running:
    """The parts of a running service, for its own parts (`parts` of run) to stand on."""

    settings: ServiceSettings
    database: Database
    performer: Performer
    readiness: Readiness
    epoch: str
    versions: Versions


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
            relay = Relay(database, list(topics.in_ledger_of(self.service)), self.settings.kafka, epoch, readiness)
            stack.push_async_callback(relay.stop)
            performer = Performer(self._writer(), database, relay)
            handler = Handler(
                self.table, performer, self.world_of, Cursors(database), Waiting(database), Held(self.service, database)
            )
            if await _unless(stop, patiently(partial(_remember, database, handler, relay), readiness)) is None:
                return
            refold = partial(refold_stale_states, tuple(self.table.of(Keeps)), database, performer)
            if await _unless(stop, patiently(refold, readiness)) is None:
                return
            versions = Versions(self.table.of(Project), database)
            if await _unless(stop, patiently(versions.settle, readiness)) is None:
                return
            if self.parts is not None:
                running = Running(self.settings, database, performer, readiness, epoch, versions)
                await stack.enter_async_context(self.parts(running))
            redelivery = Redelivery(handler)
            if self.table.topics_read:
                deliver = self._delivery(redelivery, Projector(self.table, database, handler, versions))
                subscriber = Subscriber(self.service, self.table.topics_read, self.settings, epoch, deliver, readiness)
                stack.push_async_callback(subscriber.stop)
                if await _unless(stop, patiently(partial(_consume, redelivery, subscriber), readiness)) is None:
                    return
            readiness.clear("start")
            gc.collect()
            gc.freeze()
            log.info("ready", epoch=epoch)
            work: list[Coroutine[Any, Any, Any]] = [epochs.watch(readiness), sweep_forever(redelivery, self.clock)]
            work += [on_time(row, performer, self.world_of) for row in self.table.of(Every)]
            work += [on_sight(row, self.sources[row.source], performer, self.world_of) for row in self.table.of(Watch)]
            if versions.projections:
                builder = Builder(versions, database, self.settings, epoch)
                work += [versions.follow(readiness), builder.build_forever()]
            await until_stopped(work, stop)

    def _writer(self) -> Writer:
        folds = {row.topic.name: row for row in self.table.of(Keeps)}
        held = topics.HELD_MESSAGES[self.service]
        folds[held.name] = Keeps(held)
        return Writer(self.service, self.settings.origin, self.settings.oin, folds, self.clock)

    def _delivery(self, redelivery: Redelivery, projector: Projector) -> Deliver:
        async def one_by_one(batch: Sequence[RawMessage]) -> set[Partition]:
            return {(raw.topic, raw.partition) for raw in batch if await redelivery.handle(raw) is Outcome.GAP}

        return projector.apply if any(self.table.of(Project)) else one_by_one


async def _remember(database: Database, handler: Handler, relay: Relay) -> bool:
    await database.ping()
    await handler.load()
    await relay.start()
    return True


async def _consume(redelivery: Redelivery, subscriber: Subscriber) -> bool:
    await redelivery.restart()
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
