"""A held message once more: handled as if it had just come, or passed over. Each leaves in the transaction that did it.

`redrive` calls these in the order of the queue. Where a service only folds read models, `projection` does the handling.
"""

from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from chassis.cursor import Place, Repeated
from chassis.errors import NotKnownYet, NotNow
from chassis.handle import Handler, Outcome
from chassis.held import NotHeld
from chassis.held_story import skipped_of
from chassis.ledger import Motion
from chassis.mongo import Document
from chassis.wire import RawMessage, Unreadable, read_context, read_event
from contracts.envelope import Context, Event

log = structlog.get_logger(__name__)

FoldAgain = Callable[[RawMessage, Event[Any]], Awaitable[Outcome]]
"""Folds one message past its queue. Raises what the fold raises, NotNow when the database is away."""


class Again:
    """Handles or skips one held message of a service."""

    def __init__(self, handler: Handler, fold: FoldAgain | None = None) -> None:
        self._handler = handler
        self._held = handler.held
        self._fold = fold

    async def handle(self, document: Document, raw: RawMessage) -> Outcome:
        """Handle it; GAP when an earlier one of its key is missing.

        Raises Unreadable, NotNow, NotHeld, and whatever fault it meets.
        """
        context = read_context(raw)
        event = read_event(raw, context)
        if self._fold is not None:
            outcome = await self._fold(raw, event)
            return outcome if outcome is Outcome.GAP else await self._drop(document, context)
        place = self._handler.cursors.place(raw.topic, context.subject, context.number)
        if place is Place.GAP:
            return Outcome.GAP
        if place is Place.REPEAT and not document.get("waited"):
            return await self._drop(document, context)
        return await self._next_of_its_key(document, raw, event)

    async def _next_of_its_key(self, document: Document, raw: RawMessage, event: Event[Any]) -> Outcome:
        if self._handler.waiting.blocks(raw.topic, event.context.subject):
            return await self._wait(document, raw, event, None)
        try:
            return await self._do(document, raw, event)
        except Repeated:
            return await self._drop(document, event.context)
        except NotKnownYet as unknown:
            return await self._wait(document, raw, event, (unknown.topic.name, unknown.key))

    async def skip(self, document: Document, raw: RawMessage) -> None:
        """Pass over it: its cursor moves, whoever asked is answered. Raises NotNow, NotHeld."""
        context, event = _read(raw)
        if document["claimed"] is not None and self._is_elsewhere(document, raw):
            document = {**document, "claimed": None}
        try:
            await self._pass_over(document, raw, context, event)
        except (NotNow, NotHeld):
            raise
        except Exception:
            if event is None:
                raise
            log.exception("could not answer whoever asked for what is skipped", topic=raw.topic, offset=raw.offset)
            await self._pass_over(document, raw, context, None)

    async def _do(self, document: Document, raw: RawMessage, event: Event[Any]) -> Outcome:
        async def work(motion: Motion) -> None:
            await self._held.take_out(motion, document, event.context)
            await self._move(motion, document, raw, event.context)
            await self._handler.run(motion, event)

        await self._handler.performer.perform(work, cause=event)
        self._handler.cursors.moved(raw.topic, event.context.subject, event.context.number)
        return Outcome.HANDLED

    async def _wait(
        self, document: Document, raw: RawMessage, event: Event[Any], awaits: tuple[str, str] | None
    ) -> Outcome:
        async def work(motion: Motion) -> Document:
            await self._held.take_out(motion, document, event.context)
            await self._move(motion, document, raw, event.context)
            return await self._handler.waiting.add(motion, raw, event, awaits)

        self._handler.waiting.added(await self._handler.performer.perform(work, cause=event))
        self._handler.cursors.moved(raw.topic, event.context.subject, event.context.number)
        return Outcome.WAITING

    async def _drop(self, document: Document, context: Context) -> Outcome:
        """Its effect is there: only the held message has to go."""
        await self._handler.performer.perform(lambda motion: self._held.take_out(motion, document, context))
        return Outcome.REPEAT

    async def _move(self, motion: Motion, document: Document, raw: RawMessage, context: Context) -> None:
        if document.get("waited"):
            await self._handler.cursors.taken_up(motion, raw.topic, context.subject)
        else:
            await self._handler.cursors.move(motion, raw.topic, context.subject, context.number)

    def _is_elsewhere(self, document: Document, raw: RawMessage) -> bool:
        """Whether another message has the number that these unreadable bytes claim: then they had no place."""
        key, number = document["key_text"], document["claimed"]
        if self._held.has_number((raw.topic, key), number):
            return True
        return self._fold is None and self._handler.cursors.place(raw.topic, key, number) is not Place.NEXT

    async def _pass_over(
        self, document: Document, raw: RawMessage, context: Context | None, event: Event[Any] | None
    ) -> None:
        gone = skipped_of(document)
        place = None
        if self._fold is None and gone.message_key is not None and gone.message_sequence is not None:
            place = (raw.topic, gone.message_key, gone.message_sequence)

        async def work(motion: Motion) -> None:
            await self._held.pass_over(motion, document, context)
            if place is not None and not await self._handler.cursors.is_past(motion, *place):
                await self._handler.cursors.move(motion, *place)
            if event is not None:
                await self._handler.answer_skip(motion, event)

        await self._handler.performer.perform(work, cause=event)
        if place is not None:
            self._handler.cursors.moved(*place)
        self._held.passed_over.add(gone)


def _read(raw: RawMessage) -> tuple[Context | None, Event[Any] | None]:
    context = None
    try:
        context = read_context(raw)
        return context, read_event(raw, context)
    except Unreadable:
        return context, None
