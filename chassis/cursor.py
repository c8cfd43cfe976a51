"""The cursor: the last sequence handled per topic and key, so that a repeat has no effect and a gap is never crossed.

Stored in the motion's transaction, cached in memory until the partitions are given out anew (rule 4 of the log).
"""

from collections import defaultdict
from collections.abc import Collection
from enum import Enum, auto
from itertools import islice

from pymongo import UpdateOne
from pymongo.errors import DuplicateKeyError

from chassis.ledger import Motion
from chassis.mongo import Database, Document

CURSORS = "cursors"
Spot = tuple[str, str]
Reached = tuple[int, int]
"""The last sequence of a key, and how many of its messages were taken up after they had waited."""
_CHUNK = 100
_MOST_PASSED = 20
"""In one request: other requests wait for it."""


class Place(Enum):
    """Where a message stands against the cursor."""

    NEXT = auto()
    REPEAT = auto()
    GAP = auto()


class Repeated(Exception):  # noqa: N818 - an answer
    """The stored cursor is already there: another delivery of this message was committed."""


class Cursors:
    """The cursors of one service."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._last: dict[str, dict[str, int]] = defaultdict(dict)
        self._passed: dict[Spot, int] = {}

    async def load(self) -> None:
        """Read all cursors in one scan."""
        await self.write_passed()
        self._last.clear()
        async for document in self._database.collection(CURSORS).find({}, {"sequence": 1}, batch_size=5000):
            topic, key = document["_id"].split("/", 1)
            self._last[topic][key] = document["sequence"]

    def place(self, topic: str, key: str, sequence: int) -> Place:
        """Whether a message is the next of its key, a repeat, or beyond a gap."""
        last = self._last[topic].get(key, 0)
        if sequence <= last:
            return Place.REPEAT
        return Place.NEXT if sequence == last + 1 else Place.GAP

    async def move(self, motion: Motion, topic: str, key: str, sequence: int) -> None:
        """Store the cursor in this transaction. Raises Repeated when it is already at or past `sequence`."""
        try:
            await motion.collection(CURSORS).change(*_guarded(topic, key, sequence), upsert=True)
        except DuplicateKeyError as error:
            raise Repeated from error

    def move_at_the_end(self, motion: Motion, topic: str, key: str, sequence: int) -> None:
        """Store the cursor with what the motion writes last, which then raises Repeated. What it did is undone."""
        motion.at_the_end.upsert(CURSORS, *_guarded(topic, key, sequence), refused=Repeated())

    async def is_past(self, motion: Motion, topic: str, key: str, sequence: int) -> bool:
        """Whether the stored cursor is at or past `sequence`, whatever memory says."""
        stored = await motion.collection(CURSORS).get(f"{topic}/{key}")
        return stored is not None and bool(stored["sequence"] >= sequence)

    def pass_over(self, topic: str, key: str, sequence: int) -> None:
        """Move the cursor over a message that no row of the table wants; `write_passed` stores it.

        Until then the message comes again to whoever reads next, and is passed over again.
        """
        self._passed[topic, key] = sequence
        self.moved(topic, key, sequence)

    async def write_passed(self) -> None:
        """Store which messages were passed over: before their offsets are committed, or they would leave a gap."""
        while self._passed:
            some = dict(islice(self._passed.items(), _MOST_PASSED))
            writes = [_passing(*spot, sequence) for spot, sequence in some.items()]
            await self._database.collection(CURSORS).bulk_write(writes, ordered=False)
            for spot, sequence in some.items():
                if self._passed.get(spot) == sequence:
                    del self._passed[spot]

    async def taken_up(self, motion: Motion, topic: str, key: str) -> None:
        """A message of this key that waited or was held is handled in this transaction: others can see so."""
        await motion.collection(CURSORS).change({"_id": f"{topic}/{key}"}, {"$inc": {"taken_up": 1}})

    async def stored(self, places: Collection[Spot]) -> dict[Spot, Reached]:
        """How far some keys are handled, on whichever replica; keys that were never heard of are left out."""
        found: dict[Spot, Reached] = {}
        ids = [f"{topic}/{key}" for topic, key in places]
        for start in range(0, len(ids), _CHUNK):
            async for document in self._database.collection(CURSORS).find(
                {"_id": {"$in": ids[start : start + _CHUNK]}}
            ):
                topic, key = document["_id"].split("/", 1)
                found[topic, key] = (document["sequence"], document.get("taken_up", 0))
        return found

    def moved(self, topic: str, key: str, sequence: int) -> None:
        """The cursor's transaction was committed."""
        self._last[topic][key] = max(sequence, self._last[topic].get(key, 0))


def _passing(topic: str, key: str, sequence: int) -> UpdateOne:
    return UpdateOne({"_id": f"{topic}/{key}"}, {"$max": {"sequence": sequence}}, upsert=True)


def _guarded(topic: str, key: str, sequence: int) -> tuple[Document, Document]:
    """Query and update of an upsert that finds its `_id` taken when the stored cursor is at or past `sequence`."""
    return {"_id": f"{topic}/{key}", "sequence": {"$lt": sequence}}, {"$set": {"sequence": sequence}}
