"""What becomes of one message: handled once, dropped as a repeat, made to wait, or held. Rules 4, 7 and 8 of the log.

Before it: `kafka` delivered raw bytes. After it: the offset may be committed, whatever the outcome, except NotNow
(nothing was decided; deliver again) and a gap (the partition is read again from its start). `redeliver` takes up what
waits.
"""

import traceback
from collections.abc import Callable
from datetime import datetime
from enum import StrEnum
from typing import Any

import structlog

from chassis import telemetry
from chassis.cursor import Cursors, Place, Repeated
from chassis.errors import NotKnownYet, NotNow
from chassis.held import AlreadyHeld, Held
from chassis.kafka import Partition
from chassis.ledger import Motion
from chassis.motions import Table
from chassis.perform import Performer
from chassis.waiting import Waiting
from chassis.wire import RawMessage, Unreadable, read_context, read_event
from contracts import topics
from contracts.envelope import Context, Event

log = structlog.get_logger(__name__)

BEHIND = ("behind-a-held-message", "an earlier message of this key is held")


class Outcome(StrEnum):
    """What became of a message."""

    HANDLED = "handled"
    PASSED = "passed"
    REPEAT = "repeat"
    WAITING = "waiting"
    HELD = "held"
    LET_GO = "let-go"
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
        self._answers = table.answers_to_skips
        self._world_of = world_of
        self._mine: frozenset[Partition] | None = None
        self.performer = performer
        self.cursors = cursors
        self.waiting = waiting
        self.held = held

    async def load(self, mine: frozenset[Partition] | None = None) -> None:
        """Read what memory needs: cursors, what waits in these partitions (or in all), what is held."""
        self._mine = mine
        await self.cursors.load()
        await self.waiting.load(mine)
        await self.held.load()

    async def handle(self, raw: RawMessage) -> Outcome:
        """Handle one message. Raises NotNow when nothing could be decided: deliver it again."""
        in_a_ledger = topics.named(raw.topic).ledger
        outcome = await (self._from_a_ledger(raw) if in_a_ledger else self._off_the_ledger(raw))
        telemetry.MESSAGES.labels(raw.topic, outcome).inc()
        return outcome

    async def _from_a_ledger(self, raw: RawMessage) -> Outcome:
        context = None
        try:
            context = read_context(raw)
            return await self._in_its_place(raw, context)
        except Unreadable as unreadable:
            return await self.hold(raw, context, unreadable.code, unreadable.detail)

    async def _in_its_place(self, raw: RawMessage, context: Context) -> Outcome:
        place = self.cursors.place(raw.topic, context.subject, context.number)
        if place is Place.REPEAT:
            return Outcome.REPEAT
        blocked = self.held.blocks(raw.topic, context.subject)
        if place is Place.GAP and (not blocked or self.held.leaves_a_gap(raw.topic, context.subject, context.number)):
            return Outcome.GAP
        if blocked:
            return await self.hold(raw, context, *BEHIND)
        return await self._next_of_its_key(raw, read_event(raw, context))

    async def _off_the_ledger(self, raw: RawMessage) -> Outcome:
        """Handle what no ledger holds. It has no place, and what fails is let go: its writer sends it again."""
        try:
            event = read_event(raw, read_context(raw))
            await self.performer.perform(lambda motion: self.run(motion, event), cause=event)
        except NotKnownYet:
            return Outcome.LET_GO
        except NotNow:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, its writer sends it again and hears no answer
            log.warning("let a message go", topic=raw.topic, offset=raw.offset, reason=code_of(error))
            return Outcome.LET_GO
        return Outcome.HANDLED

    async def _next_of_its_key(self, raw: RawMessage, event: Event[Any]) -> Outcome:
        context = event.context
        if context.type not in self._use_cases:
            self.cursors.pass_over(raw.topic, context.subject, context.number)
            return Outcome.PASSED
        if self.waiting.blocks(raw.topic, context.subject):
            return await self._wait(raw, event, None)
        return await self._do(raw, event)

    async def _do(self, raw: RawMessage, event: Event[Any]) -> Outcome:
        context = event.context

        async def work(motion: Motion) -> None:
            self.cursors.move_at_the_end(motion, raw.topic, context.subject, context.number)
            await self.run(motion, event)

        try:
            await self.performer.perform(work, cause=event)
        except Repeated:
            return await self._heard_late(raw, context)
        except NotKnownYet as unknown:
            return await self._wait(raw, event, (unknown.topic.name, unknown.key), unknown.until)
        except NotNow:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is held and nothing is lost
            return await self.hold(raw, context, code_of(error), detail_of(error))
        self.cursors.moved(raw.topic, context.subject, context.number)
        return Outcome.HANDLED

    async def run(self, motion: Motion, event: Event[Any]) -> None:
        """Run the use cases of an event inside a motion; a type that no row wants has none."""
        for use_case in self._use_cases.get(event.context.type, ()):
            with (
                telemetry.MOTION_SECONDS.labels(use_case.__name__).time(),
                structlog.contextvars.bound_contextvars(
                    correlation=event.context.correlationid,
                    trace=event.context.traceparent,
                    use_case=use_case.__name__,
                ),
            ):
                await use_case(event, self._world_of(motion))

    async def answer_skip(self, motion: Motion, event: Event[Any]) -> None:
        """Tell whoever asked that their request was passed over, where this service is the one that answers it."""
        if (answer := self._answers.get(event.context.type)) is not None:
            await answer(event, self._world_of(motion))

    async def _wait(
        self, raw: RawMessage, event: Event[Any], awaits: tuple[str, str] | None, until: datetime | None = None
    ) -> Outcome:
        context = event.context

        async def work(motion: Motion) -> Any:
            await self.cursors.move(motion, raw.topic, context.subject, context.number)
            return await self.waiting.add(motion, raw, event, awaits, until)

        try:
            document = await self.performer.perform(work)
        except Repeated:
            return await self._heard_late(raw, context)
        self.cursors.moved(raw.topic, context.subject, context.number)
        self.waiting.added(document)
        return Outcome.WAITING

    async def _heard_late(self, raw: RawMessage, context: Context) -> Outcome:
        """An earlier delivery was committed and its answer lost, so memory lacks what it led to: catch up with it."""
        self.performer.relay.rescan()
        await self.waiting.load(self._mine)
        self.cursors.moved(raw.topic, context.subject, context.number)
        return Outcome.REPEAT

    async def hold(
        self, raw: RawMessage, context: Context | None, code: str, detail: str, entry: str | None = None
    ) -> Outcome:
        """Put a message aside with its reason; out of the waiting ones, when `entry` is its place there."""

        async def work(motion: Motion) -> Any:
            if entry is not None:
                await self.waiting.remove(motion, entry)
            elif context and await self.cursors.is_past(motion, raw.topic, context.subject, context.number):
                raise AlreadyHeld  # another replica handled it, which memory here does not know of
            return await self.held.add(motion, raw, context, code, detail, waited=entry is not None)

        try:
            document = await self.performer.perform(work)
        except AlreadyHeld as already:
            if not self.held.knows(raw, already.entry):
                await self.held.load()
            return Outcome.REPEAT
        self.held.added(document)
        log.warning("held a message", topic=raw.topic, partition=raw.partition, offset=raw.offset, reason=code)
        return Outcome.HELD


def code_of(error: Exception) -> str:
    """A held message's reason in kebab-case, from the class of what went wrong."""
    name = type(error).__name__
    return "".join("-" + letter.lower() if letter.isupper() else letter for letter in name).lstrip("-_")[:60]


def detail_of(error: Exception) -> str:
    """What went wrong and where, for an operator."""
    frames = traceback.extract_tb(error.__traceback__)[-3:]
    where = " < ".join(f"{frame.name}:{frame.lineno}" for frame in reversed(frames))
    return f"{type(error).__name__}: {error} ({where})"
