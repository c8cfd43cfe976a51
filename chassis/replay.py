"""Handling messages again with recorded answers: the same use cases, and what they record is taken from the log.

`restore` uses it on a database that is an older copy. A use case runs with the state as it was before its first effect;
where it records, the event that is on the log already is folded in its place, so nothing is told a second time. What it
writes beside its events (`known_` copies, what should be in the cluster) it writes as it did the first time.
"""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

import structlog

from chassis.clock import Clock
from chassis.cursor import CURSORS
from chassis.entry import position_id
from chassis.held import HELD
from chassis.ledger import Motion, Writer
from chassis.lost_events import LostEvents
from chassis.mongo import Database, Document
from chassis.motions import Lineage, Restored, UseCase
from chassis.wire import read_stored
from chassis.wiring import Service
from contracts.envelope import Event
from contracts.held import MessageHeld
from contracts.payload import Payload
from contracts.topics import Topic

log = structlog.get_logger(__name__)
T = TypeVar("T")


class StillToDo(Exception):  # noqa: N818 - an answer
    """The message wants to tell something that is on no log: it was never handled, and the service will do that."""


class NumberMissing(Exception):  # noqa: N818 - an answer
    """Neither the ledger nor the topic holds an event that others come after."""


class ReplayClock:
    """Stands at the moment at which something happened; at the real one in between."""

    def __init__(self, real: Clock) -> None:
        self._real = real
        self.at: datetime | None = None

    def now(self) -> datetime:
        """The time of what is being handled again."""
        return self.at or self._real.now()


@dataclass
class ReplayedMotion(Motion):
    """A motion in which `record` takes what is on the log. `answers` is what this message led to."""

    lost: LostEvents = field(default_factory=LostEvents)
    answers: Sequence[Document] = ()
    was_handled: bool = True
    read_back: list[Event[Any]] = field(default_factory=list)
    _taken: set[str] = field(default_factory=set)

    async def record(
        self,
        payload: Payload,
        *,
        generation: int | None = None,
        lineage: Lineage | None = None,
        topic: Topic | None = None,
    ) -> Event[Any]:
        """The recorded event in the place of this one. Raises StillToDo when the message was never handled."""
        topic = topic or payload.topic
        if (entry := self._answer_to(payload, topic)) is not None:
            event = await self.take(entry)
            if isinstance(payload, MessageHeld):
                await self.collection(HELD).change({"held": payload.held}, {"$set": {"held": event.data.held}})
            return event
        if not self.was_handled:
            raise StillToDo
        # It wants to tell what it did not tell then: the policies or the code are others now, and the log stands.
        return Event(self._context(payload, await self._load(topic, payload.key), generation, lineage), payload)

    async def take(self, entry: Document) -> Event[Any]:
        """Fold a lost event, after those of its key that come before it; once, however often it is asked."""
        self._taken.add(entry["_id"])
        kept = await self._load_named(entry["topic"], entry["key"])
        for number in range(kept.sequence + 1, entry["sequence"] + 1):
            found = self.lost.get((entry["topic"], entry["key"]), number)
            if found is None:
                raise NumberMissing(position_id(entry["topic"], entry["key"], number))
            event = read_stored(found)
            kept.state = self.writer.folds[entry["topic"]].evolve(kept.state, event)
            kept.sequence, kept.hlc = number, event.context.hlc
            self.recorded.append(found)
            self.read_back.append(event)
        return read_stored(entry)

    async def take_the_rest(self) -> None:
        """Fold what the message led to and the use case did not ask for this time."""
        for entry in self.answers:
            if entry["_id"] not in self._taken:
                await self.take(entry)

    async def _load_named(self, topic: str, key: str) -> Any:
        return await self._load(self.writer.folds[topic].topic, key)

    def _answer_to(self, payload: Payload, topic: Topic) -> Document | None:
        """The answer about the same thing; else, for what got a new id each time, one of the same type."""
        left = [entry for entry in self.answers if entry["_id"] not in self._taken and entry["topic"] == topic.name]
        same_key = [entry for entry in left if entry["key"] == payload.key]
        kind = payload.type_name()
        same_type = [entry for entry in left if dict(entry["headers"])["ce_type"] == kind]
        return next(iter([*same_key, *same_type]), None)


class Replayer:
    """Runs replayed motions on one service's database."""

    def __init__(self, service: Service, database: Database, lost: LostEvents, clock: ReplayClock) -> None:
        self._service = service
        self._use_cases = service.table.use_cases
        self._restored: dict[str, list[UseCase]] = {}
        for row in service.table.of(Restored):
            self._restored.setdefault(row.message.type_name(), []).append(row.do)
        self._writer: Writer = service.writer(clock)
        self._database = database
        self._lost = lost
        self._clock = clock

    async def motion(
        self,
        work: Callable[[ReplayedMotion], Awaitable[T]],
        *,
        cause: Event[Any] | None = None,
        answers: Sequence[Document] = (),
        was_handled: bool = True,
    ) -> T:
        """Run `work` in one transaction, then what is written beside the events that it read back."""

        async def transaction(session: Any) -> T:
            motion = ReplayedMotion(
                self._writer, self._database, session, cause, None, lost=self._lost, answers=answers,
                was_handled=was_handled,
            )  # fmt: skip
            result = await work(motion)
            await self._beside(motion)
            await motion.flush()
            return result

        return await self._database.in_transaction(transaction, lambda: None)

    async def handle(self, motion: ReplayedMotion, event: Event[Any]) -> None:
        """Run the use cases of a message; then fold what it led to and they did not tell."""
        for use_case in self._use_cases.get(event.context.type, ()):
            await use_case(event, self._service.world_of(motion))
        await motion.take_the_rest()

    async def take_back(self, entries: Sequence[Document]) -> None:
        """Fold events without handling what led to them."""

        async def work(motion: ReplayedMotion) -> None:
            for entry in entries:
                await motion.take(entry)

        await self.motion(work)

    async def move_cursor(self, topic: str, key: str, number: int) -> None:
        """A message that had its effect is not handled again."""
        cursors = self._database.collection(CURSORS)
        await cursors.update_one({"_id": f"{topic}/{key}"}, {"$max": {"sequence": number}}, upsert=True)

    async def _beside(self, motion: ReplayedMotion) -> None:
        for event in motion.read_back:
            for use_case in self._restored.get(event.context.type, ()):
                await use_case(event, self._service.world_of(motion))
