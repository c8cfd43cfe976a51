"""What becomes of one message: handled once, dropped as a repeat, made to wait, or held. Rules 4, 7 and 8 of the log.

Before it: `kafka` delivered raw bytes. After it: the offset may be committed, whatever the outcome, except NotNow
(nothing was decided; deliver again) and a gap (the partition is read again from its start).
"""

import asyncio
import traceback
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any

import structlog

from chassis import telemetry
from chassis.cursor import Cursors, Place, Repeated
from chassis.errors import NotKnownYet, NotNow
from chassis.held import AlreadyHeld, Held
from chassis.ledger import Motion
from chassis.mongo import away_is_not_now
from chassis.motions import Table
from chassis.perform import Performer
from chassis.waiting import Waiting
from chassis.wire import RawMessage, Unreadable, read_context, read_event
from contracts.envelope import Context, Event

log = structlog.get_logger(__name__)


class Outcome(StrEnum):
    """What became of a message."""

    HANDLED = "handled"
    PASSED = "passed"
    REPEAT = "repeat"
    WAITING = "waiting"
    HELD = "held"
    GAP = "gap"


class Handler:
    """Handles the messages of one service, in the order of their keys."""

    def __init__(
        self,
        table: Table,
        performer: Performer,
        world_of: Callable[[Motion], Any],
        cursors: Cursors,
        waiting: Waiting,
        held: Held,
    ) -> None:
        self._use_cases = table.use_cases
        self._performer = performer
        self._world_of = world_of
        self.cursors = cursors
        self.waiting = waiting
        self.held = held
        self._one_at_a_time = asyncio.Lock()  # the sweep and the consumer share the queues of what waits

    async def handle(self, raw: RawMessage) -> Outcome:
        """Handle one message. Raises NotNow when nothing could be decided: deliver it again."""
        async with self._one_at_a_time:
            with away_is_not_now():
                outcome = await self._handle(raw)
        telemetry.MESSAGES.labels(raw.topic, outcome).inc()
        return outcome

    async def _handle(self, raw: RawMessage) -> Outcome:
        try:
            context = read_context(raw)
        except Unreadable as unreadable:
            return await self.hold(raw, None, unreadable.code, unreadable.detail)
        topic, key, number = raw.topic, context.subject, context.number
        place = self.cursors.place(topic, key, number)
        if place is Place.REPEAT:
            await self._take_up(topic, key)  # the process may have ended between this message's commit and that
            return Outcome.REPEAT
        if self.held.blocks(topic, key):
            return await self.hold(raw, context, "behind-a-held-message", "an earlier message of this key is held")
        if place is Place.GAP:
            return Outcome.GAP
        try:
            event = read_event(raw, context)
        except Unreadable as unreadable:
            return await self.hold(raw, context, unreadable.code, unreadable.detail)
        if context.type not in self._use_cases:
            await self.cursors.pass_over(topic, key, number)
            outcome = Outcome.PASSED
        elif self.waiting.blocks(topic, key):
            return await self._wait(raw, event, None)
        else:
            outcome = await self._do(raw, event)
        if outcome in {Outcome.HANDLED, Outcome.PASSED, Outcome.REPEAT}:
            await self._take_up(topic, key)
        return outcome

    async def _do(self, raw: RawMessage, event: Event[Any]) -> Outcome:
        context = event.context

        async def work(motion: Motion) -> None:
            await self.cursors.move(motion, raw.topic, context.subject, context.number)
            await self._run(motion, event)

        try:
            await self._performer.perform(work, cause=event)
        except Repeated:
            return await self._heard_late(raw, context)
        except NotKnownYet as unknown:
            return await self._wait(raw, event, (unknown.topic.name, unknown.key))
        except NotNow:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is held and nothing is lost
            return await self.hold(raw, context, code_of(error), detail_of(error))
        self.cursors.moved(raw.topic, context.subject, context.number)
        return Outcome.HANDLED

    async def _run(self, motion: Motion, event: Event[Any]) -> None:
        for use_case in self._use_cases[event.context.type]:
            with (
                telemetry.MOTION_SECONDS.labels(use_case.__name__).time(),
                structlog.contextvars.bound_contextvars(
                    correlation=event.context.correlationid,
                    trace=event.context.traceparent,
                    use_case=use_case.__name__,
                ),
            ):
                await use_case(event, self._world_of(motion))

    async def _wait(self, raw: RawMessage, event: Event[Any], awaits: tuple[str, str] | None) -> Outcome:
        async def work(motion: Motion) -> Any:
            await self.cursors.move(motion, raw.topic, event.context.subject, event.context.number)
            return await self.waiting.add(motion, raw, event, awaits)

        try:
            document = await self._performer.perform(work)
        except Repeated:
            return await self._heard_late(raw, event.context)
        self.cursors.moved(raw.topic, event.context.subject, event.context.number)
        self.waiting.added(document)
        return Outcome.WAITING

    async def _heard_late(self, raw: RawMessage, context: Context) -> Outcome:
        """An earlier delivery was committed and its answer lost, or another process handled it: catch up with what stands."""
        self._performer.relay.rescan()
        await self.waiting.load()
        self.cursors.moved(raw.topic, context.subject, context.number)
        return Outcome.REPEAT

    async def hold(
        self, raw: RawMessage, context: Context | None, code: str, detail: str, entry: str | None = None
    ) -> Outcome:
        async def work(motion: Motion) -> Any:
            if entry is not None:
                await self.waiting.remove(motion, entry)
            return await self.held.add(motion, raw, context, code, detail)

        try:
            document = await self._performer.perform(work)
        except AlreadyHeld:
            if not self.held.blocks(raw.topic, raw.key_text):
                await self.held.load()
            return Outcome.REPEAT
        self.held.added(document)
        log.warning("held a message", topic=raw.topic, partition=raw.partition, offset=raw.offset, reason=code)
        return Outcome.HELD

    async def _take_up(self, topic: str, key: str) -> None:
        for place in self.waiting.heads_awaiting(topic, key):
            await self._redeliver(place)

    async def _redeliver(self, place: tuple[str, str]) -> None:
        while (found := await self.waiting.head(place)) is not None:
            entry, raw = found
            if (unknown := await self._try_again(place, entry, raw)) is not None:
                await self.waiting.wait_for_other(entry, (unknown.topic.name, unknown.key))
                return
            await self._take_up(*place)

    async def _try_again(self, place: tuple[str, str], entry: str, raw: RawMessage) -> NotKnownYet | None:
        """Handle a message that waited, or hold it. What it does not know, when that still is so: then it waits on."""
        context = read_context(raw)
        try:
            if self.held.blocks(*place):
                raise Unreadable("behind-a-held-message", "an earlier message of this key is held")  # noqa: TRY301 - held like any other
            event = read_event(raw, context)
            await self._performer.perform(partial(self._take_out, entry, event), cause=event)
        except NotKnownYet as unknown:
            return unknown
        except NotNow:
            raise
        except Unreadable as unreadable:
            await self.hold(raw, context, unreadable.code, unreadable.detail, entry)
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is held and nothing is lost
            await self.hold(raw, context, code_of(error), detail_of(error), entry)
        self.waiting.removed(place, entry)
        return None

    async def sweep(self, now: datetime) -> None:
        """Give waiting messages past their deadline a last try: the owner answers then, others let go silently.

        Raises NotNow when the database is away.
        """
        for place in [*self.waiting.heads_left_over(), *self.waiting.heads_past(now)]:
            async with self._one_at_a_time:
                with away_is_not_now():
                    await self._last_try(place, now)

    async def _last_try(self, place: tuple[str, str], now: datetime) -> None:
        found = await self.waiting.head(place)
        if found is not None and place in self.waiting.heads_past(now):
            entry, raw = found
            if await self._try_again(place, entry, raw) is not None:
                await self._performer.perform(partial(self._take_out, entry, None))
                self.waiting.removed(place, entry)
        await self._redeliver(place)

    async def _take_out(self, entry: str, event: Event[Any] | None, motion: Motion) -> None:
        await self.waiting.remove(motion, entry)
        if event is not None:
            await self._run(motion, event)


def code_of(error: Exception) -> str:
    """A held message's reason in kebab-case, from the class of what went wrong."""
    return "".join("-" + letter.lower() if letter.isupper() else letter for letter in type(error).__name__).lstrip(
        "-_"
    )[:60]


def detail_of(error: Exception) -> str:
    """What went wrong and where, for an operator."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__}: {error} ({where})"
