"""Not known yet is not wrong: a message about something unheard of waits, stored, until that thing arrives.

Later messages of its key queue behind it. Past its `decideBy` it stops waiting silently: the owner answers (rule 7).
`handle` asks here before and after each message.
"""

from datetime import datetime
from typing import Any

from chassis import telemetry
from chassis.entry import position_id
from chassis.errors import Conflict
from chassis.kafka import Partition
from chassis.ledger import Motion
from chassis.mongo import Database, Document
from chassis.stored_message import to_document, to_message
from chassis.wire import RawMessage
from contracts.envelope import Event

WAITING = "waiting"
Place = tuple[str, str]


class Waiting:
    """The messages of one service that wait; an index of them in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queues: dict[Place, list[str]] = {}
        self._awaits: dict[str, Place] = {}
        self._deadlines: dict[str, datetime] = {}

    async def load(self, mine: frozenset[Partition] | None = None) -> None:
        """Read what waits: of these partitions, or all."""
        self._queues.clear()
        self._awaits.clear()
        self._deadlines.clear()
        async for document in self._database.collection(WAITING).find({}, {"value": 0, "headers": 0}).sort("_id", 1):
            if mine is None or (document["topic"], document["partition"]) in mine:
                self.added(document)
        telemetry.WAITING.set(sum(map(len, self._queues.values())))

    def blocks(self, topic: str, key: str) -> bool:
        """Whether an earlier message of this key waits."""
        return (topic, key) in self._queues

    async def add(
        self, motion: Motion, raw: RawMessage, event: Event[Any], awaits: Place | None, until: datetime | None = None
    ) -> Document:
        """Store a message in this transaction; without `awaits` it only queues behind an earlier one.

        Its deadline is its own `decideBy`, or else `until`.
        """
        context = event.context
        document = {
            "_id": position_id(raw.topic, context.subject, context.number),
            "place": [raw.topic, context.subject],
            "sequence": context.number,
            "awaits": list(awaits) if awaits else None,
            "since": motion.clock.now(),
            "decide_by": getattr(event.data, "decide_by", None) or until,
            **to_document(raw),
        }
        await motion.collection(WAITING).insert(document)
        return document

    def added(self, document: Document) -> None:
        """The transaction that stored it was committed."""
        topic, key = document["place"]
        self._queues.setdefault((topic, key), []).append(document["_id"])
        if document["awaits"]:
            awaited_topic, awaited_key = document["awaits"]
            self._awaits[document["_id"]] = (awaited_topic, awaited_key)
        if document["decide_by"]:
            self._deadlines[document["_id"]] = document["decide_by"]
        telemetry.WAITING.set(sum(map(len, self._queues.values())))

    def places(self) -> list[Place]:
        """Every key that has a waiting message."""
        return list(self._queues)

    def heads_awaiting(self, topic: str, key: str) -> list[Place]:
        """The keys whose first waiting message waits for this one, or for nothing any more."""
        wanted = {(topic, key), None}
        return [place for place, queue in self._queues.items() if self._awaits.get(queue[0]) in wanted]

    def awaited(self) -> set[Place]:
        """What the first waiting message of any key waits for."""
        return {self._awaits[queue[0]] for queue in self._queues.values() if queue[0] in self._awaits}

    def heads_past(self, now: datetime) -> list[Place]:
        """The keys whose first waiting message is past its deadline."""
        never = datetime.max.replace(tzinfo=now.tzinfo)
        return [place for place, queue in self._queues.items() if self._deadlines.get(queue[0], never) < now]

    async def head(self, place: Place) -> tuple[str, RawMessage] | None:
        """The first waiting message of a key."""
        while queue := self._queues.get(place):
            document = await self._database.collection(WAITING).find_one({"_id": queue[0]})
            if document is not None:
                return queue[0], to_message(document)
            self.removed(place, queue[0])  # a commit took it out, and its answer was lost
        return None

    async def wait_for_other(self, entry: str, awaits: Place, until: datetime | None = None) -> None:
        """The first message of a key turned out to wait for something else too."""
        deadline = {} if until is None else {"decide_by": until}
        change = {"$set": {"awaits": list(awaits), **deadline}}
        await self._database.collection(WAITING).update_one({"_id": entry}, change)
        self._awaits[entry] = awaits
        if until is not None:
            self._deadlines[entry] = until

    async def remove(self, motion: Motion, entry: str) -> None:
        """Take a message out, in this transaction. Raises Conflict when somebody else did."""
        if not await motion.collection(WAITING).delete(entry):
            raise Conflict

    def removed(self, place: Place, entry: str) -> None:
        """The transaction that took it out was committed."""
        queue = self._queues.get(place, [])
        if entry in queue:
            queue.remove(entry)
        if not queue:
            self._queues.pop(place, None)
        self._awaits.pop(entry, None)
        self._deadlines.pop(entry, None)
        telemetry.WAITING.set(sum(map(len, self._queues.values())))
