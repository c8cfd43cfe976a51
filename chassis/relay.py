"""The relay: publishes what the ledger holds, event n+1 of a key only after n was acknowledged (rules 3 and 5).

It works on the replica that leads, from memory: after its own commits, and woken by the change stream when another
replica committed. It reads the ledger when it begins to lead, when a commit's answer or the stream was lost, and where
an entry came before its predecessor. What `relay_marks` finds short is refilled. A late second relay can only repeat:
readers drop that by their cursors.
"""

import asyncio
import contextlib
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

import structlog
from pymongo.errors import PyMongoError

from chassis import telemetry
from chassis.entry import LEDGER, in_order, position_id
from chassis.errors import LedgerShort
from chassis.health import Readiness
from chassis.key_order import Key, KeyOrder
from chassis.ledger_check import check_ledger
from chassis.mongo import Database, Document
from chassis.numbering import Numbering
from chassis.others import follow_others
from chassis.outbox import Outbox
from chassis.publish import Publisher
from chassis.relay_marks import RelayMarks
from chassis.settings import ServiceSettings
from contracts.topics import Topic

log = structlog.get_logger(__name__)

_MARK_SECONDS = 0.25
_AGAIN_SECONDS = 0.5
_REFILL_BATCH = 5000
_CHUNK = 100
_SAY_SECONDS = 1


class Relay:
    """Publishes one service's ledger while `leads()` says that this replica does. `holder` is in what it recorded."""

    def __init__(
        self,
        database: Database,
        topics: Sequence[Topic],
        settings: ServiceSettings,
        epoch: str,
        readiness: Readiness,
        *,
        holder: str = "",
        leads: Callable[[], bool] = lambda: True,
    ) -> None:
        self._database = database
        self._partitions = [(topic.name, number) for topic in topics for number in range(topic.partitions)]
        self._bootstrap = settings.kafka
        self._epoch = epoch
        self._readiness = readiness
        self._holder = holder
        self._leads = leads
        self._publisher = Publisher(settings.kafka, idempotent=settings.idempotent)
        self._tasks: list[asyncio.Task[None]] = []
        self._on = False
        self._forget()

    def _forget(self) -> None:
        self._marks = RelayMarks(self._database, self._epoch)
        self._outbox = Outbox(self._publisher, self._marks, self._readiness, self._leads)
        self._order = KeyOrder()
        self._numbering = Numbering(self._readiness)
        self._scan_wanted = asyncio.Event()
        self._early_wanted = asyncio.Event()
        telemetry.BACKLOG.set(0)

    @property
    def publishing(self) -> bool:
        """Whether what was there at the start is queued and everything after it is published as it comes."""
        return self._outbox.is_open

    async def check_ledger(self) -> bool:
        """Before the start: raise LedgerShort when the ledger is an older copy; `/ready` says so for a moment."""
        try:
            await check_ledger(self._readiness.service, self._database, self._partitions, self._bootstrap, self._epoch)
        except LedgerShort as short:
            self._readiness.set("ledger", str(short))
            await asyncio.sleep(_SAY_SECONDS)
            raise
        return True

    async def lead(self) -> None:
        """Publish until cancelled, which is when this replica no longer leads; anew when a partition fell short."""
        try:
            while True:
                await self._start_at_last()
                await self._marks.until_short(self._partitions, self._bootstrap)
                log.warning("a topic lacks what was published, filling it again")
                await self._end()
        finally:
            await self._end()

    async def _start_at_last(self) -> None:
        while not self.publishing:
            try:
                await self.start()
            except Exception as error:  # noqa: BLE001 - whatever it is, another try is the only way on
                self._readiness.set("relay", f"the relay can't start ({type(error).__name__})")
                log.warning("the relay could not start, trying again", error=str(error))
                await asyncio.sleep(_AGAIN_SECONDS)
        self._readiness.clear("relay")

    async def start(self) -> None:
        """Connect, refill what the log lacks, publish what was never acknowledged, then follow the commits.

        Raises KafkaError or PyMongoError while the broker or the database is away; may be called again.
        """
        self._on = True
        ledger = self._database.collection(LEDGER)
        await ledger.create_index([("topic", 1), ("partition", 1), ("hlc", 1)])
        await ledger.create_index([("unpublished", 1)], partialFilterExpression={"unpublished": True})
        await self._publisher.connect()
        for place in await self._marks.short(self._partitions, self._bootstrap):
            await self._refill(place)
        await self._scan()
        await self._look_back()
        self._outbox.open()
        others = follow_others(self._database, [LEDGER], self._holder, self._others_committed, self.rescan)
        work = [self._mark_forever(), self._scan_when_asked(), self._look_back_when_asked()]
        self._tasks = [asyncio.create_task(coroutine) for coroutine in (*work, others)]

    async def stop(self, grace: float = 4) -> None:
        """Publish what is in hand, for at most `grace` seconds, and mark it; the rest waits in the ledger."""

        async def drained() -> None:
            while len(self._outbox) or self._order.early:  # noqa: ASYNC110 - seconds at most, and rare
                await asyncio.sleep(0.02)

        if self.publishing:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(grace):
                    await drained()
            with contextlib.suppress(PyMongoError, TimeoutError):
                async with asyncio.timeout(2):
                    await self._marks.write()
        await self._end()
        await self._publisher.close()

    def offer(self, entries: Sequence[Document]) -> None:
        """These ledger entries were committed: publish them, if this replica leads."""
        if not self._on:
            return
        for entry in entries:
            self._queue(self._order.let_through(entry))
        if self._order.early:
            self._early_wanted.set()

    def rescan(self) -> None:
        """Something may have been missed: look in the ledger for what was not published."""
        self._scan_wanted.set()

    def _others_committed(self, entry: Document) -> None:
        if entry.get("unpublished"):
            self.offer([entry])

    async def _end(self) -> None:
        self._on = False
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._tasks = []
        await self._outbox.close()
        self._forget()

    def _queue(self, entries: Sequence[Document]) -> None:
        self._outbox.add(entries)
        telemetry.BACKLOG.set(len(self._outbox) + self._order.early)

    async def _scan(self) -> None:
        """Take in what the ledger holds and nobody acknowledged; the order of each key is `KeyOrder`'s to keep."""
        entries = [entry async for entry in self._database.collection(LEDGER).find({"unpublished": True})]
        self._numbering.look_again()
        acknowledged = self._marks.unwritten
        self.offer(in_order([entry for entry in entries if entry["_id"] not in acknowledged]))

    async def _look_back(self) -> None:
        """Find what stands between the last published entry of a key and its early ones."""
        ledger = self._database.collection(LEDGER)
        while wanted := self._numbering.whole(self._order.predecessors()):
            ids, acknowledged = list(wanted), self._marks.unwritten
            found: dict[str, bool] = {}
            for start in range(0, len(ids), _CHUNK):
                query = {"_id": {"$in": ids[start : start + _CHUNK]}}
                async for entry in ledger.find(query, {"unpublished": 1}):
                    found[entry["_id"]] = "unpublished" in entry
            for place, key in wanted.items():
                if found.get(place) and place not in acknowledged and place not in self._outbox:
                    await self._read_before(key)
                    continue
                if place not in found:
                    self._numbering.breaks_off_at(key, place)
                    continue
                self._queue(self._order.published_up_to(key, _number(place)))

    async def _read_before(self, key: Key) -> None:
        first = self._order.first_early(key)
        between = {"$gte": position_id(*key, 0), "$lt": position_id(*key, first)}
        entries = self._database.collection(LEDGER).find({"_id": between, "unpublished": True}).sort("_id", 1)
        async for entry in entries:
            self._queue(self._order.let_through(entry))

    async def _scan_when_asked(self) -> None:
        await self._again_and_again(self._scan_wanted, self._scan)

    async def _look_back_when_asked(self) -> None:
        await self._again_and_again(self._early_wanted, self._look_back)

    async def _again_and_again(self, wanted: asyncio.Event, read: Callable[[], Coroutine[Any, Any, None]]) -> None:
        while True:
            await wanted.wait()
            wanted.clear()
            try:
                await read()
            except Exception as error:  # noqa: BLE001 - whatever it is, what was not read is not published yet
                self._readiness.set("ledger", f"the ledger can't be read ({type(error).__name__})")
                await asyncio.sleep(_AGAIN_SECONDS)
                wanted.set()
            else:
                self._readiness.clear("ledger")

    async def _refill(self, place: tuple[str, int]) -> None:
        cursor = self._database.collection(LEDGER).find({"topic": place[0], "partition": place[1]}).sort("hlc", 1)
        self._marks.begin_again(place)
        count, offset, entries = 0, -1, in_order(self._numbering.unbroken([entry async for entry in cursor]))
        while count < len(entries):
            sent, offset = await self._publisher.send(place, entries[count : count + _REFILL_BATCH])
            count += sent
        if entries:
            self._marks.acknowledged(place, offset, [entry["_id"] for entry in entries if entry.get("unpublished")])
            log.info("refilled a partition from the ledger", topic=place[0], partition=place[1], events=count)

    async def _mark_forever(self) -> None:
        while True:
            await asyncio.sleep(_MARK_SECONDS)
            if self._marks.due:
                with contextlib.suppress(PyMongoError):
                    await self._marks.write()


def _number(position: str) -> int:
    return int(position.rsplit("/", 1)[1])
