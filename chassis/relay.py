"""The relay: publishes what the ledger holds, event n+1 of a key only after n was acknowledged (rules 3 and 5).

It works from memory after each commit and reads the ledger only at its start and when a commit's answer was lost. What
`relay_marks` finds short is refilled from the ledger. A repeat does no harm: readers drop it by their cursors.
"""

import asyncio
import contextlib
import time
from collections import deque
from collections.abc import Sequence

import structlog
from pymongo.errors import PyMongoError

from chassis import telemetry
from chassis.entry import LEDGER, in_order
from chassis.health import Readiness
from chassis.mongo import Database, Document
from chassis.publish import Publisher
from chassis.relay_marks import RelayMarks
from chassis.settings import ServiceSettings
from contracts.topics import Topic

log = structlog.get_logger(__name__)

_BATCH = 500
_MARK_SECONDS = 0.25
_SCAN_AGAIN_SECONDS = 1
_REFILL_BATCH = 5000
_BACKOFF = (0.1, 0.2, 0.5, 1.0, 2.0)


class Relay:
    """Publishes one service's ledger."""

    def __init__(
        self, database: Database, topics: Sequence[Topic], settings: ServiceSettings, epoch: str, readiness: Readiness
    ) -> None:
        self._database = database
        self._partitions = [(topic.name, number) for topic in topics for number in range(topic.partitions)]
        self._bootstrap = settings.kafka
        self._readiness = readiness
        self._queues: dict[tuple[str, int], deque[tuple[Document, float]]] = {
            place: deque() for place in self._partitions
        }
        self._senders: dict[tuple[str, int], asyncio.Task[None]] = {}
        self._marks = RelayMarks(database, epoch)
        self._known: set[str] = set()
        self._scan_wanted = asyncio.Event()
        self._open = False
        self._tasks: list[asyncio.Task[None]] = []
        self._publisher = Publisher(settings.kafka, idempotent=settings.idempotent)

    async def start(self) -> None:
        """Connect, refill what the log lacks, publish what was never acknowledged, then follow the commits.

        Raises KafkaError, TimeoutError or PyMongoError while a part is away; may be called again.
        """
        ledger = self._database.collection(LEDGER)
        await ledger.create_index([("topic", 1), ("partition", 1), ("hlc", 1)])
        await ledger.create_index([("unpublished", 1)], partialFilterExpression={"unpublished": True})
        await self._publisher.connect()
        for place in await self._marks.short(self._partitions, self._bootstrap):
            await self._refill(place)
        await self._scan()
        self._resume()
        self._tasks = [asyncio.create_task(self._mark_forever()), asyncio.create_task(self._scan_when_asked())]

    async def stop(self, grace: float = 4) -> None:
        """Publish what is in hand, for at most `grace` seconds, and mark it; the rest waits in the ledger."""

        async def drained() -> None:
            while any(self._queues.values()):  # noqa: ASYNC110 - four seconds at most, and rare
                await asyncio.sleep(0.02)

        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(grace):
                await drained()
        self._open = False
        for task in [*self._tasks, *self._senders.values()]:
            task.cancel()
        with contextlib.suppress(PyMongoError, TimeoutError):
            async with asyncio.timeout(2):
                await self._marks.write()
        await self._publisher.close()

    def offer(self, entries: Sequence[Document]) -> None:
        """These ledger entries were committed: publish them."""
        now = time.monotonic()
        for entry in entries:
            if entry["_id"] in self._known:
                continue
            self._known.add(entry["_id"])
            place = (entry["topic"], entry["partition"])
            self._queues[place].append((entry, now))
            self._wake(place)
        telemetry.BACKLOG.set(len(self._known))

    def rescan(self) -> None:
        """A commit's answer was lost: look in the ledger for what was not published, before anything later is sent."""
        self._open = False
        self._scan_wanted.set()

    def _resume(self) -> None:
        self._open = True
        for place in self._partitions:
            self._wake(place)

    def _wake(self, place: tuple[str, int]) -> None:
        if self._open and self._queues[place] and place not in self._senders:
            task = asyncio.create_task(self._send_all(place))
            self._senders[place] = task
            task.add_done_callback(lambda _: self._senders.pop(place, None))
            task.add_done_callback(lambda _: self._wake(place))

    async def _send_all(self, place: tuple[str, int]) -> None:
        queue = self._queues[place]
        failures = 0
        while queue and self._open:
            batch = [entry for entry, _ in list(queue)[:_BATCH]]
            try:
                sent, offset = await self._publisher.send(place, batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, the events stay queued and are tried again
                pause = _BACKOFF[min(failures, len(_BACKOFF) - 1)]
                failures += 1
                self._readiness.set("relay", f"the broker does not take events ({type(error).__name__})")
                log.warning("could not publish, trying again", topic=place[0], partition=place[1], error=str(error))
                await asyncio.sleep(pause)
                continue
            if failures:
                failures = 0
                self._readiness.clear("relay")
            self._marks.acknowledged(place, offset, [entry["_id"] for entry in batch[:sent]])
            for _ in range(sent):
                entry, since = queue.popleft()
                self._known.discard(entry["_id"])
                telemetry.RELAY_SECONDS.observe(time.monotonic() - since)
            telemetry.RELAYED.labels(place[0]).inc(sent)
            telemetry.BACKLOG.set(len(self._known))

    async def _scan(self) -> None:
        """Queue what the ledger holds and nobody acknowledged, each key in its order; nothing is sent meanwhile."""
        entries = [entry async for entry in self._database.collection(LEDGER).find({"unpublished": True})]
        acknowledged = self._marks.unwritten
        self.offer([entry for entry in entries if entry["_id"] not in acknowledged])
        for queue in self._queues.values():
            since = {entry["_id"]: moment for entry, moment in queue}
            entries = in_order([entry for entry, _ in queue])
            queue.clear()
            queue.extend((entry, since[entry["_id"]]) for entry in entries)

    async def _scan_when_asked(self) -> None:
        while True:
            await self._scan_wanted.wait()
            self._scan_wanted.clear()
            try:
                await asyncio.gather(*self._senders.values(), return_exceptions=True)
                await self._scan()
            except Exception as error:  # noqa: BLE001 - whatever it is, nothing is published until the ledger was read
                self._readiness.set("ledger", f"the ledger can't be read ({type(error).__name__})")
                await asyncio.sleep(_SCAN_AGAIN_SECONDS)
                self._scan_wanted.set()
            else:
                self._readiness.clear("ledger")
                if not self._scan_wanted.is_set():
                    self._resume()

    async def _refill(self, place: tuple[str, int]) -> None:
        cursor = self._database.collection(LEDGER).find({"topic": place[0], "partition": place[1]}).sort("hlc", 1)
        count, offset, entries = 0, -1, in_order([entry async for entry in cursor])
        while count < len(entries):
            sent, offset = await self._publisher.send(place, entries[count : count + _REFILL_BATCH])
            count += sent
        if entries:
            self._marks.acknowledged(place, offset, [entry["_id"] for entry in entries if entry.get("unpublished")])
            log.info("refilled a partition from the ledger", topic=place[0], partition=place[1], events=count)

    async def _mark_forever(self) -> None:
        while True:
            await asyncio.sleep(_MARK_SECONDS)
            with contextlib.suppress(PyMongoError):
                await self._marks.write()
