"""What the relay remembers of each partition: the epoch and the offset of the last acknowledged batch, and the marks.

Late or lost marks only cause repeats. Before it: `relay` got an acknowledgement. At a start it says which partitions
lack what was acknowledged (rule 3 of the log).
"""

import asyncio
import contextlib
import time
from collections.abc import Sequence

from aiokafka.errors import KafkaError
from pymongo import UpdateOne

from chassis.entry import LEDGER
from chassis.kafka import Partition
from chassis.mongo import Database, DatabaseError, Document
from chassis.topic_reading import ends_of

RELAY = "relay"
_CHUNK = 10
_QUIET_SECONDS = 0.25
_LATEST_SECONDS = 5
_MOST = 2000
_LOOK_SECONDS = 10
_FALLEN = "fallen short"
"""In the place of a mark's epoch; no log is called so."""


class RelayMarks:
    """Marks in the ledger and per partition."""

    def __init__(self, database: Database, epoch: str) -> None:
        self._database = database
        self._epoch = epoch
        self._events: list[str] = []
        self._offsets: dict[Partition, int] = {}
        self._last: dict[Partition, int] = {}
        self._since = self._newest = 0.0
        self._fallen: set[Partition] = set()
        self._fell = asyncio.Event()
        self._writing = asyncio.Lock()

    @property
    def unwritten(self) -> frozenset[str]:
        """The events that are acknowledged and not marked yet."""
        return frozenset(self._events)

    def acknowledged(self, place: Partition, offset: int, events: Sequence[str]) -> None:
        """The broker has these events from this offset on; a lower one than before says: the partition fell short."""
        if offset <= self._last.get(place, -1):
            self._fallen.add(place)
            self._fell.set()
        self._last[place] = self._offsets[place] = offset
        self._newest = time.monotonic()
        self._since = self._since if self._events else self._newest
        self._events.extend(events)

    @property
    def due(self) -> bool:
        """Whether to write now: in a quiet moment, since marks cost the database as much as motions do; or at last."""
        now = time.monotonic()
        late = len(self._events) >= _MOST or now - self._since >= _LATEST_SECONDS
        return bool(self._events or self._offsets) and (late or now - self._newest >= _QUIET_SECONDS)

    def begin_again(self, place: Partition) -> None:
        """The partition is about to be refilled: where it was before says nothing any more."""
        self._fallen.discard(place)
        self._last.pop(place, None)

    async def write(self) -> None:
        """Store what was acknowledged since the last time, partitions first.

        The other way round, an event marked on a partition without a mark would not be missed if the broker were lost.
        """
        async with self._writing:
            events, offsets = self._events[:], dict(self._offsets)
            if offsets:
                marks = [self._mark(place, offset) for place, offset in offsets.items()]
                await self._database.collection(RELAY).bulk_write(marks, ordered=False)
            for place, offset in offsets.items():
                if self._offsets.get(place) == offset:
                    del self._offsets[place]
            await self._mark_events(events)

    async def _mark_events(self, events: Sequence[str]) -> None:
        for start in range(0, len(events), _CHUNK):
            chunk, began = {"_id": {"$in": events[start : start + _CHUNK]}}, time.monotonic()
            await self._database.collection(LEDGER).update_many(chunk, {"$unset": {"unpublished": 1}})
            # What people wait for goes in between.
            await asyncio.sleep(time.monotonic() - began)
        del self._events[: len(events)]

    def _mark(self, place: Partition, offset: int) -> UpdateOne:
        # Whoever leads next fills a fallen one again, however far it has come since.
        mark = {"epoch": _FALLEN if place in self._fallen else self._epoch, "offset": offset}
        return UpdateOne({"_id": f"{place[0]}/{place[1]}"}, {"$set": mark}, upsert=True)

    async def until_short(self, partitions: Sequence[Partition], bootstrap: str) -> None:
        """Wait until a partition lost its end, or was made anew: seen at once when written to, else at a look."""
        while True:
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK_SECONDS):
                    await self._fell.wait()
            with contextlib.suppress(DatabaseError, KafkaError, TimeoutError):
                if await self._say_fallen() or await self.short(partitions, bootstrap, unmarked=False):
                    return
            await asyncio.sleep(_QUIET_SECONDS)

    async def _say_fallen(self) -> bool:
        """Store that partitions fell short, if any did: what is in memory here ends with this time of leading."""
        if self._fallen:
            await self.write()
        return bool(self._fallen)

    async def short(self, partitions: Sequence[Partition], bootstrap: str, *, unmarked: bool = True) -> list[Partition]:
        """The partitions that lack what was acknowledged: another epoch, a lower end, or nothing known of either.

        The last, `unmarked`, is a question of the start: what is published after it is known.
        """
        known: dict[str, Document] = {d["_id"]: d async for d in self._database.collection(RELAY).find({})}
        ends = await ends_of(partitions, bootstrap)
        found = []
        for place in partitions:
            mark = known.get(f"{place[0]}/{place[1]}")
            if place in self._last:  # acknowledged by this log
                lacks = ends[place] <= self._last[place] or place in self._fallen
            elif mark is not None:
                lacks = self._lacks(mark, ends[place])
            else:
                lacks = unmarked and await self._has_published(place)
            if lacks:
                found.append(place)
        return found

    def _lacks(self, mark: Document, end: int) -> bool:
        return bool(mark["epoch"] != self._epoch or end <= mark["offset"])

    async def _has_published(self, place: Partition) -> bool:
        """Whether something is said to be published: without a mark nobody knows what became of it."""
        published = {"topic": place[0], "partition": place[1], "unpublished": {"$exists": False}}
        return await self._database.collection(LEDGER).find_one(published, {"_id": 1}) is not None
