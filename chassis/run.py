"""A service's life: connect, restore what memory needs, consume, and stop within ten seconds.

`main.py` of each service calls `run` with its table and how to build its `World`; nothing else starts a service. Order
of the start: health, broker's epoch, database, lease, relay (refills first), own parts, answers, consumer, timers and
watches. The stop is the reverse; the lease is given up last, when nothing is left to publish.
"""

import asyncio
import gc
import signal
import sys
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from functools import partial
from typing import Any

import structlog
import uvloop

from chassis.answering import answering
from chassis.background import on_sight, on_time, patiently, sweep_forever, until_stopped
from chassis.clock import Clock, SystemClock
from chassis.cursor import Cursors
from chassis.epoch import EpochReader
from chassis.errors import EpochChanged, LedgerShort
from chassis.handle import Handler, Outcome
from chassis.health import Readiness, health_app, serving
from chassis.held import Held
from chassis.kafka import Deliver, Partition, Subscriber
from chassis.lease import Lease
from chassis.ledger import Motion, Writer
from chassis.logging import set_up_logging
from chassis.mongo import Database
from chassis.motions import Answers, Every, Keeps, Project, React, Table, Watch
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
from chassis.wiring import Service, Source, writer_of
from contracts import topics

log = structlog.get_logger(__name__)

EXIT_EPOCH_CHANGED = 75
EXIT_LEDGER_SHORT = 78
_STOP_SECONDS = 9
_LOOK_SECONDS = 0.02


@dataclass(frozen=True)
class Running:
    """The parts of a running service, for its own parts (`parts` of run) to stand on."""

    settings: ServiceSettings
    database: Database
    performer: Performer
    readiness: Readiness
    epoch: str
    lease: Lease
    versions: Versions


Parts = Callable[[Running], AbstractAsyncContextManager[None]]


def run(service: Service, *, clock: Clock | None = None) -> None:
    """Run a service until it is told to stop.

    Exits 75 when the log was replaced under it, 78 when its database is an older copy that has to be restored.
    """
    settings = service.settings
    set_up_logging(service.name, settings.log_format, settings.log_level)
    life = _Life(
        service.name,
        settings,
        service.table,
        service.world_of,
        service.sources,
        service.reading,
        service.parts,
        clock or SystemClock(),
    )
    try:
        with asyncio.Runner(loop_factory=uvloop.new_event_loop) as runner:
            runner.run(life.live())
    except EpochChanged:
        log.warning("the broker's log was replaced; starting again is the way to read it from its start")
        sys.exit(EXIT_EPOCH_CHANGED)
    except LedgerShort as short:
        log.error("refused to start", reason=str(short))  # noqa: TRY400 - the sentence says it; a trace would hide it
        sys.exit(EXIT_LEDGER_SHORT)


@dataclass
class _Life:
    service: str
    settings: ServiceSettings
    table: Table
    world_of: Callable[[Motion], Any]
    sources: Mapping[str, Source]
    reading: Callable[[Running], Any] | None
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
            lease = Lease(database, self.settings.replica)
            stack.push_async_callback(lease.release)
            relay = self._relay(database, epoch, readiness, lease)
            if await _unless(stop, patiently(relay.check_ledger, readiness)) is None:
                return
            leading = [asyncio.create_task(lease.keep()), asyncio.create_task(lease.while_held(relay.lead))]
            stack.push_async_callback(_cancelled, leading)
            stack.push_async_callback(relay.stop)
            performer = Performer(self._writer(lease), database, relay)
            handler = Handler(
                self.table, performer, self.world_of, Cursors(database), Waiting(database), Held(self.service, database)
            )
            if await _unless(stop, patiently(partial(_begin, database, lease, relay), readiness)) is None:
                return
            refold = partial(refold_stale_states, tuple(self.table.of(Keeps)), database, performer)
            if await _unless(stop, patiently(refold, readiness)) is None:
                return
            versions = Versions(self.table.of(Project), database)
            if await _unless(stop, patiently(versions.settle, readiness)) is None:
                return
            running = Running(self.settings, database, performer, readiness, epoch, lease, versions)
            for part in self._parts(running):
                await stack.enter_async_context(part)
            projects = any(self.table.of(Project)) or any(self.table.of(React))
            redelivery = Redelivery(handler, Projector(self.table, database, handler, versions) if projects else None)
            if self.table.topics_read:
                deliver = redelivery.fold if projects else self._delivery(redelivery)
                subscriber = Subscriber(
                    self.service,
                    self.table.topics_read,
                    self.settings,
                    epoch,
                    deliver,
                    readiness,
                    redelivery,
                )
                stack.push_async_callback(subscriber.stop)
                if await _unless(stop, patiently(partial(_consume, subscriber), readiness)) is None:
                    return
            readiness.clear("start")
            gc.collect()
            gc.freeze()
            log.info("ready", epoch=epoch)
            work: list[Awaitable[Any]] = [epochs.watch(readiness), sweep_forever(redelivery, self.clock)]
            work += [lease.while_held(leader_work) for leader_work in self._leader_work(performer.fenced(lease.guard))]
            if versions.projections:
                builder = Builder(versions, database, self.settings, epoch)
                work += [versions.follow(readiness), lease.while_held(builder.build_forever)]
            # These outlive the others: what is in hand at the end is still published.
            work += [asyncio.shield(task) for task in leading]
            await until_stopped(work, stop)

    def _parts(self, running: Running) -> Iterator[AbstractAsyncContextManager[None]]:
        if self.parts is not None:
            yield self.parts(running)
        if any(self.table.of(Answers)):
            reading = self.reading(running) if self.reading is not None else None
            writer = running.performer.writer
            yield answering(self.table, reading, self.settings, running.epoch, writer, running.lease, running.readiness)

    def _leader_work(self, performer: Performer) -> list[Callable[[], Awaitable[None]]]:
        world_of = self.world_of
        timers = [partial(on_time, row, performer, world_of) for row in self.table.of(Every)]
        watches = [
            partial(on_sight, row, self.sources[row.source], performer, world_of) for row in self.table.of(Watch)
        ]
        return [*timers, *watches]

    def _relay(self, database: Database, epoch: str, readiness: Readiness, lease: Lease) -> Relay:
        own = list(topics.in_ledger_of(self.service))
        leads = partial(getattr, lease, "held")
        return Relay(database, own, self.settings, epoch, readiness, holder=lease.holder, leads=leads)

    def _writer(self, lease: Lease) -> Writer:
        return writer_of(self.service, self.settings, self.table, self.clock, lease.holder)

    def _delivery(self, redelivery: Redelivery) -> Deliver:
        async def one_by_one(batch: Sequence[RawMessage]) -> set[Partition]:
            return {(raw.topic, raw.partition) for raw in batch if await redelivery.handle(raw) is Outcome.GAP}

        return one_by_one


async def _begin(database: Database, lease: Lease, relay: Relay) -> bool:
    """Whoever leads from its start on is ready when the log has what it lacked; others are while it does."""
    await database.ping()
    while not (lease.looked and (relay.publishing or not lease.held)):  # noqa: ASYNC110 - once, at the start
        await asyncio.sleep(_LOOK_SECONDS)
    return True


async def _consume(subscriber: Subscriber) -> bool:
    await subscriber.start()
    return True


async def _cancelled(tasks: Sequence["asyncio.Task[Any]"]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


async def _unless(stop: asyncio.Event, work: Any) -> Any:
    """What `work` gives, or None when the service is told to stop first."""
    working, stopping = asyncio.ensure_future(work), asyncio.create_task(stop.wait())
    await asyncio.wait({working, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    if working.done():
        return working.result()
    working.cancel()
    return None
