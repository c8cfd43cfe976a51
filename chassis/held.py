"""Held, not dead: a message that can't be handled is put aside whole, and later ones of its key queue behind it.

Nothing is thrown away and nobody else waits (rule 8). `appstore held` reads what is stored here and marks on a message
what an operator wants with it; `redrive` does that, and each message leaves in the transaction that handled or skipped
it.
"""

from datetime import datetime
from typing import Any

from pymongo.errors import DuplicateKeyError

from chassis import telemetry
from chassis.held_queues import HeldQueues, Lane, Spot
from chassis.held_story import Story
from chassis.ledger import Motion, new_id
from chassis.mongo import Database, Document
from chassis.passed_over import PassedOver
from chassis.stored_message import to_document
from chassis.wire import RawMessage, claimed_number
from contracts.envelope import Context

HELD = "held"
SKIPPED = "skipped"
"""Whole messages that an operator passed over, with what the operator wrote: only in the backup."""
DETAIL_LIMIT = 2000
REMEMBERED_FAILURES = 20


class AlreadyHeld(Exception):  # noqa: N818 - an answer
    """Another delivery of this message was held before, handled or skipped."""

    def __init__(self, entry: str | None = None) -> None:
        super().__init__(entry)
        self.entry = entry


class NotHeld(Exception):  # noqa: N818 - an answer
    """The message is held no longer: somebody else took it out."""


class Held:
    """The held messages of one service; an index of them in memory."""

    def __init__(self, service: str, database: Database) -> None:
        self._database = database
        self._queues = HeldQueues()
        self.story = Story(service)
        self.passed_over = PassedOver(database)

    async def load(self) -> None:
        """Read what is held and what was skipped."""
        await self.passed_over.load()
        self._queues.clear()
        async for document in self._database.collection(HELD).find({}, {"value": 0, "headers": 0, "history": 0}):
            self._queues.add(Spot.of(document))
        self._count()

    def blocks(self, topic: str, key: str | None, number: int | None = None) -> bool:
        """Whether an earlier message of this key is held; without a number, whether any is."""
        first = self._queues.head((topic, key)) if key is not None else None
        return first is not None and (number is None or first.sequence <= number)

    def knows(self, raw: RawMessage, entry: str | None) -> bool:
        """Whether memory has the message that is stored as `entry`."""
        lane = (raw.topic, raw.key_text) if raw.key_text is not None else (f"{raw.topic}//", entry or "")
        return entry is not None and self._queues.has(lane, entry)

    def leaves_a_gap(self, topic: str, key: str, number: int) -> bool:
        """Whether messages are missing between the last that queues for this key and this one."""
        last = self._queues.last_turn((topic, key))
        return last == 0 or number > last + 1

    async def add(
        self, motion: Motion, raw: RawMessage, context: Context | None, code: str, detail: str, *, waited: bool = False
    ) -> Document:
        """Store a message and tell so, in this transaction; `waited` when its cursor was moved before.

        Raises AlreadyHeld for a repeat.
        """
        if context is None and self.passed_over.has_bytes(raw.fingerprint):
            raise AlreadyHeld
        entry = f"{raw.topic}/{context.subject}/{context.sequence}" if context else f"{raw.topic}//{raw.fingerprint}"
        queued = self.blocks(raw.topic, raw.key_text)
        claimed = None if context else claimed_number(raw)
        last = self._queues.last_turn((raw.topic, raw.key_text)) if raw.key_text is not None else 0
        document = {
            "_id": entry,
            "held": new_id(),
            "key_text": raw.key_text,
            "sequence": context.number if context else 0,
            "claimed": claimed,
            "turn": context.number if context else max(claimed or 0, last),
            "waited": waited,
            "reason": code,
            "detail": detail[:DETAIL_LIMIT],
            "status": "queued" if queued else "held",
            "since": motion.clock.now(),
            "attempts": 0 if queued else 1,
            **to_document(raw),
        }
        try:
            await motion.collection(HELD).insert(document)
        except DuplicateKeyError as error:
            raise AlreadyHeld(entry) from error
        if not queued:
            await self.story.held(motion, document, context)
        return document

    def added(self, document: Document) -> None:
        """The transaction that stored it was committed."""
        self._queues.add(Spot.of(document))
        self._count()

    async def wished(self) -> list[Spot]:
        """The messages whose turn it is: first of their key, and either marked by an operator or only queued so far.

        One that is gone, because another replica took it out, is among them.
        """
        if not len(self._queues):
            return []
        unmarked = {"status": "held", "wish": {"$exists": False}}
        waits_on = {found["_id"] async for found in self._database.collection(HELD).find(unmarked, {"_id": 1})}
        return [spot for spot in self._queues.heads() if spot.entry not in waits_on]

    def next_of(self, lane: Lane) -> Spot | None:
        """The first message that is held in this lane."""
        return self._queues.head(lane)

    async def whole(self, spot: Spot) -> Document | None:
        """The message with everything about it; None when it is held no longer."""
        found: Document | None = await self._database.collection(HELD).find_one({"_id": spot.entry})
        return found

    async def fail_again(
        self, motion: Motion, document: Document, context: Context | None, code: str, detail: str
    ) -> Document:
        """It was tried again and failed: the same held message, with the new reason, one attempt more."""
        earlier = {name: document[name] for name in ("reason", "detail")}
        history = [*document.get("history", []), {"until": motion.clock.now(), **earlier}]
        changed = {
            "status": "held",
            "reason": code,
            "detail": detail[:DETAIL_LIMIT],
            "attempts": document.get("attempts", 1) + 1,
            "history": history[-REMEMBERED_FAILURES:],
        }
        update = {"$set": changed, "$unset": {"wish": ""}}
        if not await motion.collection(HELD).change({"_id": document["_id"], "held": document["held"]}, update):
            raise NotHeld
        after = {**document, **changed}
        await self.story.held(motion, after, context)
        return after

    async def take_out(self, motion: Motion, document: Document, context: Context | None) -> None:
        """It is handled in this transaction. Raises NotHeld when somebody else was first."""
        await self._remove(motion, document)
        if document["status"] == "held":
            await self.story.redriven(motion, document, context)

    async def pass_over(self, motion: Motion, document: Document, context: Context | None) -> None:
        """It is skipped in this transaction, and kept with what the operator wrote. Raises NotHeld."""
        await self._remove(motion, document)
        kept = {name: value for name, value in document.items() if name != "_id"}
        await motion.collection(SKIPPED).put(document["_id"], {**kept, "skipped_at": motion.clock.now()})
        await self.story.skipped(motion, document, context)

    async def _remove(self, motion: Motion, document: dict[str, Any]) -> None:
        if not await motion.collection(HELD).delete(document["_id"]):
            raise NotHeld

    def removed(self, spot: Spot) -> None:
        """The transaction that took it out was committed."""
        self._queues.remove(spot)
        self._count()

    def has_number(self, lane: Lane, number: int) -> bool:
        """Whether a readable message with this sequence queues in this lane."""
        return self._queues.has_number(lane, number)

    @property
    def oldest(self) -> datetime | None:
        """Since when the longest held message is held."""
        return self._queues.oldest()

    def _count(self) -> None:
        oldest = self.oldest
        telemetry.HELD.set(len(self._queues))
        telemetry.held_since(oldest.timestamp() if oldest else None)
