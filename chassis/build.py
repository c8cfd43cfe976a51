"""One collection of a read model while it is filled: which messages it folds, which it passes over, and when it fails.

It agrees with the polls on what is not in a read model: a message that is held, and those queued behind it.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any

from chassis.documents import Documents
from chassis.errors import Conflict, NotNow
from chassis.handle import Outcome, code_of, detail_of
from chassis.held import HELD
from chassis.kafka import Partition
from chassis.mongo import Database, is_away, is_conflict
from chassis.motions import Project
from chassis.passed_over import PassedOver
from chassis.wire import RawMessage, Unreadable, read_context, read_event
from contracts.envelope import Context, Event

_ATTEMPTS = 12
_YIELD_EVERY = 100
_HELD_ATTEMPTS = 10
_HELD_SECONDS = 0.2

Key = tuple[str, str]
Readable = Sequence[tuple[RawMessage, Event[Any]]]


class BuildFailed(Exception):  # noqa: N818 - an answer
    """The fold can't take an event that the polls took. `reason` says which and why, for the registry."""

    def __init__(self, topic: str, context: Context, error: Exception) -> None:
        super().__init__(code_of(error))
        self.reason = {
            "reason": code_of(error),
            "detail": detail_of(error),
            "topic": topic,
            "key": context.subject,
            "sequence": context.number,
            "event": context.id,
        }


class Build:
    """Folds batches into a collection that does not serve yet."""

    def __init__(self, projection: Project, collection: str, database: Database) -> None:
        self.projection = projection
        self.name = projection.name
        self.collection = collection
        self._database = database
        self._topics = {topic.name for topic in projection.topics}
        self._held: dict[Key, int] = {}
        self._passed_over = PassedOver(database)
        self._waiting: dict[Key, tuple[int, Partition]] = {}

    async def prepare(self) -> None:
        """Make the indexes, and read what is held."""
        await Documents(self._database, self.projection, self.collection).make_indexes()
        await self._load_held()

    async def gaps(self) -> set[Partition]:
        """The partitions that lack a message of a key, those apart that wait behind one that is held still."""
        if self._waiting:
            await self._load_held()
        return {place for key, (number, place) in self._waiting.items() if not self._explains(key, number)}

    def _explains(self, key: Key, number: int) -> bool:
        """Whether what is held now is why this message was not folded."""
        first = self._held.get(key)
        return first is not None and first <= number

    async def fold(self, batch: Sequence[RawMessage]) -> None:
        """Fold and store what of this batch is for this model. Raises BuildFailed; NotNow when others write faster."""
        await self._apply(
            [(raw, event) for raw in batch if raw.topic in self._topics and (event := _read(raw)) is not None]
        )

    async def _apply(self, readable: Readable) -> None:
        try:
            await self._fold(readable)
        except NotNow:
            raise
        except Exception as error:
            if is_away(error) or is_conflict(error):
                raise
            if len(readable) > 1:  # one at a time, the message that can't be folded or stored is found
                for one in readable:
                    await self._apply([one])
                return
            [(raw, event)] = readable
            if not await self._becomes_held(raw.topic, event):
                raise BuildFailed(raw.topic, event.context, error) from error

    async def _fold(self, readable: Readable) -> None:
        for _ in range(_ATTEMPTS):
            documents = Documents(self._database, self.projection, self.collection, self._passed_over)
            await documents.load(self._wanted(readable))
            for number, (raw, event) in enumerate(readable):
                if number % _YIELD_EVERY == 0:
                    await asyncio.sleep(0)
                self._fold_one(documents, raw, event)
            with contextlib.suppress(Conflict):
                return await documents.store()
        message = f"another replica wrote the same documents first {_ATTEMPTS} times"
        raise NotNow(message)

    def _fold_one(self, documents: Documents, raw: RawMessage, event: Event[Any]) -> None:
        key, number = (raw.topic, event.context.subject), event.context.number
        if self._passed_over.has(*key, number):
            return
        if self._is_held(raw.topic, event):
            # Read again should it be redriven meanwhile.
            self._waiting.setdefault(key, (number, (raw.topic, raw.partition)))
            return
        if documents.fold(raw.topic, event) is Outcome.GAP:
            self._waiting.setdefault(key, (number, (raw.topic, raw.partition)))
        else:
            self._waiting.pop(key, None)

    def _wanted(self, readable: Readable) -> set[str]:
        wanted: set[str] = set()
        for _, event in readable:
            with contextlib.suppress(Exception):  # it fails again when folded
                if (key := self.projection.document(event)) is not None:
                    wanted.add(key)
        return wanted

    async def _becomes_held(self, topic: str, event: Event[Any]) -> bool:
        """Whether the polls hold this message too, now or in a moment."""
        for _ in range(_HELD_ATTEMPTS):
            await self._load_held()
            skipped = self._passed_over.has(topic, event.context.subject, event.context.number)
            if skipped or self._is_held(topic, event):
                return True
            await asyncio.sleep(_HELD_SECONDS)
        return False

    def _is_held(self, topic: str, event: Event[Any]) -> bool:
        first = self._held.get((topic, event.context.subject))
        return bool(first) and event.context.number >= (first or 0)

    async def _load_held(self) -> None:
        """Read which keys are blocked from which message on; 0 where its number could not be read."""
        await self._passed_over.load()
        held: dict[Key, int] = {}
        async for found in self._database.collection(HELD).find({}, {"topic": 1, "key_text": 1, "sequence": 1}):
            if found["key_text"] is not None:
                key = (found["topic"], found["key_text"])
                held[key] = min(found["sequence"], held.get(key, found["sequence"]))
        self._held = held


def _read(raw: RawMessage) -> Event[Any] | None:
    """The event, None where it can't be read: the polls hold that message, and its key waits behind it."""
    try:
        return read_event(raw, read_context(raw))
    except Unreadable:
        return None
