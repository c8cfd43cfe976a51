"""Held, not dead: a message that can't be handled is put aside whole, and later ones of its key queue behind it.

Nothing is thrown away and nobody else waits (rule 8). `appstore held list|show` reads what is stored here.
"""

from typing import Any

from pymongo.errors import DuplicateKeyError

from chassis import telemetry
from chassis.ledger import Motion, new_id
from chassis.mongo import Database, Document
from chassis.motions import Lineage
from chassis.stored_message import to_document
from chassis.wire import RawMessage
from contracts import topics
from contracts.envelope import Context
from contracts.held import MessageHeld

HELD = "held"
DETAIL_LIMIT = 2000
_TOLD_ON = frozenset(topic.name for topic in topics.HELD_MESSAGES.values())
"""A held message of these topics is not told on them again: a reader of its own topic would hold that one too."""


class AlreadyHeld(Exception):  # noqa: N818 - an answer
    """Another delivery of this message was held before."""


class Held:
    """The held messages of one service; the keys they block in memory."""

    def __init__(self, service: str, database: Database) -> None:
        self._service = service
        self._database = database
        self._blocked: dict[tuple[str, str], int] = {}
        self._count = 0

    async def load(self) -> None:
        """Read which keys are blocked."""
        self._blocked.clear()
        self._count = 0
        async for document in self._database.collection(HELD).find({}, {"topic": 1, "key_text": 1, "sequence": 1}):
            self.added(document)
        telemetry.HELD.set(self._count)

    def blocks(self, topic: str, key: str | None, number: int | None = None) -> bool:
        """Whether an earlier message of this key is held; without a number, whether any is."""
        first = self._blocked.get((topic, key)) if key is not None else None
        return first is not None and (number is None or first <= number)

    async def add(self, motion: Motion, raw: RawMessage, context: Context | None, code: str, detail: str) -> Document:
        """Store a message and tell so, in this transaction. Raises AlreadyHeld for a repeat."""
        entry = f"{raw.topic}/{context.subject}/{context.sequence}" if context else f"{raw.topic}//{raw.fingerprint}"
        queued = self.blocks(raw.topic, raw.key_text)
        document = {
            "_id": entry,
            "held": new_id(),
            "key_text": raw.key_text,
            "sequence": context.number if context else 0,
            "reason": code,
            "detail": detail[:DETAIL_LIMIT],
            "status": "queued" if queued else "held",
            "since": motion.clock.now(),
            **to_document(raw),
        }
        try:
            await motion.collection(HELD).insert(document)
        except DuplicateKeyError as error:
            raise AlreadyHeld from error
        if not queued and raw.topic not in _TOLD_ON:
            await self._tell(motion, document, context)
        return document

    async def _tell(self, motion: Motion, document: dict[str, Any], context: Context | None) -> None:
        told = MessageHeld(
            held=document["held"],
            service=self._service,
            from_topic=document["topic"],
            partition=document["partition"],
            offset=document["offset"],
            reason=document["reason"],
            correlation=context.correlationid if context else None,
        )
        lineage = Lineage.of(context) if context else Lineage(new_id())
        await motion.record(told, lineage=lineage, topic=topics.HELD_MESSAGES[self._service])

    def added(self, document: Document) -> None:
        """The transaction that stored it was committed."""
        if document["key_text"] is not None:
            place = (document["topic"], document["key_text"])
            self._blocked[place] = min(document["sequence"], self._blocked.get(place, document["sequence"]))
        self._count += 1
        telemetry.HELD.set(self._count)
