"""What a service tells about its held messages, on one topic and one key a message: held, redriven, skipped.

`held` calls these inside the transaction that did it.
"""

import hashlib
from typing import Any

from chassis import telemetry
from chassis.ledger import Motion, new_id
from chassis.mongo import Document
from chassis.motions import Lineage
from chassis.passed_over import Skipped
from contracts import topics
from contracts.envelope import Context
from contracts.held import OPERATOR, PERSON, HeldEvent, MessageHeld, MessageRedriven, MessageSkipped

_TOLD_ON = frozenset(topic.name for topic in topics.HELD_MESSAGES.values())
"""A held message of these topics is not told on them again: a reader of its own topic would hold that one too."""

_LONGEST_KEY = 256


class Story:
    """Records the story of each held message of one service."""

    def __init__(self, service: str) -> None:
        self._service = service

    async def held(self, motion: Motion, document: Document, context: Context | None) -> None:
        """It could not be handled, for the first time or again."""
        told = MessageHeld(
            **self._common(document, context),
            partition=document["partition"],
            offset=document["offset"],
            reason=document["reason"],
            attempts=document["attempts"],
            raw_key=_raw_key(document) if context is None else None,
        )
        await self._record(motion, told, context)

    async def redriven(self, motion: Motion, document: Document, context: Context | None) -> None:
        """It was handled after all."""
        attempts = document.get("attempts", 1) + 1
        told = MessageRedriven(**self._common(document, context), **_wished_by(document), attempts=attempts)
        await self._record(motion, told, context)
        motion.after_commit.append(telemetry.REDRIVEN.inc)

    async def skipped(self, motion: Motion, document: Document, context: Context | None) -> None:
        """An operator passed over it."""
        gone = skipped_of(document)
        told = MessageSkipped(
            **self._common(document, context)
            | {"message_key": gone.message_key, "message_sequence": gone.message_sequence},
            **_wished_by(document),
            reason=document["reason"],
            reason_sha256=hashlib.sha256(document["wish"]["text"].encode()).hexdigest(),
            fingerprint=gone.fingerprint,
        )
        await self._record(motion, told, context, always=True)
        motion.after_commit.append(telemetry.SKIPPED.inc)

    def _common(self, document: Document, context: Context | None) -> dict[str, Any]:
        return {
            "held": document["held"],
            "service": self._service,
            "from_topic": document["topic"],
            "correlation": context.correlationid if context else None,
            "message_key": context.subject if context else None,
            "message_sequence": context.number if context else None,
        }

    async def _record(self, motion: Motion, told: HeldEvent, context: Context | None, *, always: bool = False) -> None:
        if told.from_topic in _TOLD_ON and not always:
            return
        lineage = Lineage.of(context) if context else Lineage(new_id())
        await motion.record(told, lineage=lineage, topic=topics.HELD_MESSAGES[self._service])


def _wished_by(document: Document) -> dict[str, Any]:
    person = document["wish"].get("person")
    return {"by": PERSON if person else OPERATOR, "person": person}


def skipped_of(document: Document) -> Skipped:
    """What is remembered of a message that is skipped: its place when it has one, its fingerprint when not."""
    number = document["sequence"] or document.get("claimed")
    return Skipped(
        from_topic=document["topic"],
        message_key=document["key_text"] if number else None,
        message_sequence=number or None,
        fingerprint=None if document["sequence"] else document["_id"].rsplit("/", 1)[1],
    )


def _raw_key(document: Document) -> str | None:
    """The key that blocks what follows it, if it can be told."""
    key = document["key_text"]
    return key if key and len(key) <= _LONGEST_KEY else None
