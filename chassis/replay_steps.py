"""Takes the steps of a restore: each message handled again, each event folded, in the order of then.

Before it: `restore` read events and messages back, `replay_order` ordered them. What a message waits for may come with
a later step; what was never handled is left, with all later messages of its key, to the running service.
"""

from collections import defaultdict
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from itertools import groupby
from typing import Any

import structlog

from chassis.clock import Clock, SystemClock
from chassis.cursor import Cursors, Place, Repeated
from chassis.errors import NotKnownYet, NotNow
from chassis.lost_events import LostEvents, Spot
from chassis.mongo import Database, DatabaseError, Document
from chassis.replay import NumberMissing, ReplayClock, ReplayedMotion, Replayer, StillToDo
from chassis.replay_held import Fate, ReplayedHeld, fate_of, stays_held
from chassis.replay_order import Backlog, Step
from chassis.state_repair import state_sequences
from chassis.waiting import WAITING, Waiting
from chassis.wire import RawMessage, read_event, read_stored
from chassis.wiring import Service
from contracts.envelope import Event

log = structlog.get_logger(__name__)

_AT_ONCE = 100


@dataclass
class Restoration:
    """What a restore did: events read back, messages handled again, and what it could not do."""

    events: int = 0
    messages: int = 0
    not_handled: list[str] = field(default_factory=list)
    """Messages that had an effect and can't be handled again: their events count, what lies beside them may lack."""
    beyond_a_hole: list[str] = field(default_factory=list)
    """Numbers that neither the ledger nor the topic holds."""
    foreign: list[str] = field(default_factory=list)
    """Events that somebody else wrote to its topics (`lacking`); they were left out."""


class Replay:
    """Takes the steps of one restore."""

    def __init__(self, service: Service, database: Database, lost: LostEvents, clock: Clock | None = None) -> None:
        self._service = service
        self._database = database
        self._lost = lost
        self._clock = ReplayClock(clock or SystemClock())
        self._replayer = Replayer(service, database, lost, self._clock)
        self._held = ReplayedHeld(service.name, database, lost, self._replayer, self._clock)
        self._handles = bool(service.table.use_cases)
        self._deferred: dict[Spot, list[Backlog]] = defaultdict(list)
        self._awaited: dict[Spot, NotKnownYet] = {}
        self._left: set[Spot] = set()
        self.done = Restoration(events=len(lost))

    async def run(self, steps: Sequence[Step], unreadable: Sequence[RawMessage]) -> Restoration:
        """Take all steps; then fold what none of them asked for, and pass over what had its effect."""
        await self._held.begin(unreadable)
        for of_events, group in groupby(steps, lambda step: step.event is not None):
            if of_events:
                await self._fold([step.event for step in group if step.event is not None])
                continue
            for step in group:
                if step.message is not None:
                    await self._message(step.message)
        for spot in list(self._deferred):
            await self._try_deferred(spot)
        for spot in list(self._deferred):
            await self._wait_again(spot)
        await self._fold_the_rest()
        await self._pass_over_what_had_its_effect()
        return self.done

    async def _message(self, message: Backlog) -> None:
        if message.spot in self._left:
            return
        if message.spot in self._deferred:
            self._deferred[message.spot].append(message)
            return
        if stays_held(message):
            await self._held.hold_again(message)
            self._left.add(message.spot)
            return
        if await self._handled(message):
            awaiting = [spot for spot, one in self._awaited.items() if (one.topic.name, one.key) == message.spot]
            for spot in awaiting:
                await self._try_deferred(spot)

    async def _try_deferred(self, spot: Spot) -> None:
        """What waited for something may go on; it waits again if it has to."""
        self._awaited.pop(spot, None)
        for message in self._deferred.pop(spot, []):
            await self._message(message)

    async def _handled(self, message: Backlog) -> bool:
        """Handle a message again; whether it was. What it waits for may come with a later step."""
        try:
            await self._again(message)
        except NotKnownYet as unknown:
            self._deferred[message.spot].append(message)
            self._awaited[message.spot] = unknown
        except NotNow:
            self._deferred[message.spot].append(message)
        except StillToDo:
            self._left.add(message.spot)
        except (DatabaseError, NumberMissing):
            raise
        except Exception as error:
            log.exception("a message can't be handled again", topic=message.raw.topic, error=type(error).__name__)
            self._left.add(message.spot)
        else:
            self.done.messages += 1
            return True
        return False

    async def _again(self, message: Backlog) -> None:
        if fate_of(message.answers) is Fate.SKIPPED:
            await self._in_its_place(message, ReplayedMotion.take_the_rest)
            return
        event = read_event(message.raw, message.context)
        self._clock.at = self._moment(message)
        try:
            await self._in_its_place(message, partial(self._replayer.handle, event=event), event)
        except Repeated:
            log.info("had been handled", topic=message.raw.topic, key=message.context.subject)
        finally:
            self._clock.at = None

    async def _in_its_place(
        self, message: Backlog, do: Callable[[ReplayedMotion], Awaitable[Any]], cause: Event[Any] | None = None
    ) -> None:
        async def work(motion: ReplayedMotion) -> None:
            await self._held.leave_its_place(message, motion, counts=self._handles)
            await do(motion)

        await self._replayer.motion(work, cause=cause, answers=message.answers, was_handled=message.was_handled)
        self._held.left(message)

    def _moment(self, message: Backlog) -> datetime | None:
        """When it was handled, as far as is known; the real time for what may never have been."""
        if message.first_effect is not None:
            return read_stored(message.first_effect).context.time
        return message.context.time if message.was_handled else None

    async def _wait_again(self, spot: Spot) -> None:
        """What was redriven and waits since then waits again; what never left its topic is the service's."""
        message, unknown = self._deferred[spot][0], self._awaited.get(spot)
        if not message.answers or unknown is None:
            return
        event, awaits = read_event(message.raw, message.context), (unknown.topic.name, unknown.key)

        async def wait(motion: ReplayedMotion) -> None:
            await Waiting(self._database).add(motion, message.raw, event, awaits, unknown.until)
            await motion.take_the_rest()

        await self._in_its_place(message, wait)

    async def _fold(self, entries: Sequence[Document]) -> None:
        for start in range(0, len(entries), _AT_ONCE):
            chunk = entries[start : start + _AT_ONCE]
            try:
                await self._replayer.take_back(chunk)
            except NumberMissing as missing:
                if len(chunk) > 1:
                    for entry in chunk:
                        await self._fold([entry])
                elif str(missing) not in self.done.beyond_a_hole:
                    self.done.beyond_a_hole.append(str(missing))

    async def _fold_the_rest(self) -> None:
        states = await state_sequences(self._database, self._service.writer(self._clock))
        await self._fold(
            [one for one in self._lost.all() if one["sequence"] > states.get((one["topic"], one["key"]), 0)]
        )

    async def _pass_over_what_had_its_effect(self) -> None:
        if not self._handles:
            return
        cursors = Cursors(self._database)
        await cursors.load()
        for topic, key, skipped in self._lost.skipped:
            await self._replayer.move_cursor(topic, key, skipped)
        for cause in self._lost.causes():
            place, number = cause.rsplit("/", 1)
            topic, key = place.split("/", 1)
            waited = await self._database.collection(WAITING).delete_one({"_id": cause})
            if waited.deleted_count or cursors.place(topic, key, int(number)) is not Place.REPEAT:
                self.done.not_handled.append(cause)
                await self._replayer.move_cursor(topic, key, int(number))
