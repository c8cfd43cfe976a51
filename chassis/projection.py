"""Read models: documents folded from topics, in bulk per poll, each guarded by the cursors kept inside it (rule 9).

A projection has no clock and no randomness, so the same events give the same documents whatever the order of writers.
A message no fold can take is held, like everywhere else.
"""

import contextlib
from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from pymongo import ReplaceOne

from chassis import telemetry
from chassis.errors import NotNow
from chassis.handle import Handler, Outcome, code_of, detail_of
from chassis.kafka import Partition
from chassis.mongo import Database, Document, is_away, is_conflict
from chassis.motions import Project, Table
from chassis.wire import RawMessage, Unreadable, read_context, read_event
from contracts.envelope import Context, Event

_CHUNK = 100
Spot = tuple[str, str]


class Projector:
    """Folds polls of messages into the read models of one service's table."""

    def __init__(self, table: Table, database: Database, handler: Handler) -> None:
        self._projections: dict[str, list[Project]] = defaultdict(list)
        for projection in table.of(Project):
            for topic in projection.topics:
                self._projections[topic.name].append(projection)
        self._database = database
        self._handler = handler
        self._prepared = False

    async def _make_indexes(self) -> None:
        for projection in {p.collection: p for group in self._projections.values() for p in group}.values():
            for index in projection.indexes:
                await self._database.collection(projection.collection).create_index([(name, 1) for name in index])
        self._prepared = True

    async def apply(self, batch: Sequence[RawMessage]) -> set[Partition]:
        """Fold one poll. The partitions in which a gap was met; raises NotNow when the database is away.

        A document the database won't take stops one message, not all: folded one at a time, it is found and held.
        """
        try:
            if not self._prepared:
                await self._make_indexes()
            return await self._apply(batch)
        except NotNow:
            raise
        except Exception as error:
            if is_away(error) or is_conflict(error):
                message = "the database does not answer"
                raise NotNow(message) from error
            if len(batch) == 1:
                await self._hold(batch[0], error)
                return set()
            return {gap for raw in batch for gap in await self.apply([raw])}

    async def _apply(self, batch: Sequence[RawMessage]) -> set[Partition]:
        readable: list[tuple[RawMessage, Event[Any]]] = []
        for raw in batch:
            event = await self._read(raw)
            if event is not None:
                readable.append((raw, event))
        wanted = self._wanted(readable)
        documents = {name: await self._load(name, sorted(keys)) for name, keys in wanted.items()}
        changed: set[Spot] = set()
        gaps: set[Partition] = set()
        for raw, event in readable:
            if await self._behind_a_held_one(raw, event.context):
                continue
            for projection in self._projections[raw.topic]:
                try:
                    outcome = fold_into(projection, documents.get(projection.collection, {}), raw.topic, event, changed)
                except Exception as error:  # noqa: BLE001 - whatever it is, the message is held and nothing is lost
                    await self._handler.hold(raw, event.context, code_of(error), detail_of(error))
                    break
                telemetry.MESSAGES.labels(raw.topic, outcome).inc()
                if outcome is Outcome.GAP:
                    gaps.add((raw.topic, raw.partition))
        await self._store(documents, changed)
        return gaps

    async def _hold(self, raw: RawMessage, error: Exception) -> None:
        await self._handler.hold(raw, read_context(raw), code_of(error), detail_of(error))

    def _wanted(self, readable: Sequence[tuple[RawMessage, Event[Any]]]) -> dict[str, set[str]]:
        """Collection → the documents these events are for."""
        wanted: dict[str, set[str]] = defaultdict(set)
        for raw, event in readable:
            for projection in self._projections[raw.topic]:
                with contextlib.suppress(Exception):  # it fails again below, and there the message is held
                    if (key := projection.document(event)) is not None:
                        wanted[projection.collection].add(key)
        return wanted

    async def _read(self, raw: RawMessage) -> Event[Any] | None:
        context = None
        try:
            context = read_context(raw)
            if await self._behind_a_held_one(raw, context):
                return None
            return read_event(raw, context)
        except Unreadable as unreadable:
            await self._handler.hold(raw, context, unreadable.code, unreadable.detail)
            return None

    async def _behind_a_held_one(self, raw: RawMessage, context: Context) -> bool:
        if not self._handler.held.blocks(raw.topic, context.subject, context.number):
            return False
        await self._handler.hold(raw, context, "behind-a-held-message", "an earlier message of this key is held")
        return True

    async def _load(self, name: str, keys: list[str]) -> dict[str, Document]:
        found: dict[str, Document] = {}
        for start in range(0, len(keys), _CHUNK):
            chunk = keys[start : start + _CHUNK]
            async for document in self._database.collection(name).find({"_id": {"$in": chunk}}):
                found[document["_id"]] = document
        return found

    async def _store(self, documents: dict[str, dict[str, Document]], changed: set[Spot]) -> None:
        writes: dict[str, list[Any]] = defaultdict(list)
        for name, key in changed:
            writes[name].append(ReplaceOne({"_id": key}, documents[name][key], upsert=True))
        for name, operations in writes.items():
            await self._database.collection(name).bulk_write(operations, ordered=False)


def fold_into(
    projection: Project,
    documents: dict[str, Document],
    topic: str,
    event: Event[Any],
    changed: set[Spot],
) -> Outcome:
    """Fold one event into the document it is for, unless the document's own cursor says that it was folded before."""
    key = projection.document(event)
    if key is None:
        return Outcome.PASSED
    before = documents.get(key)
    cursors = dict(before["cursors"]) if before else {}
    if projection.per_event:
        if before is not None:
            return Outcome.REPEAT
    else:
        cursor = f"{topic}/{event.context.subject}".replace("%", "%25").replace(".", "%2E")
        last = cursors.get(cursor, 0)
        if event.context.number <= last:
            return Outcome.REPEAT
        if event.context.number > last + 1:
            return Outcome.GAP
        cursors[cursor] = event.context.number
    after = projection.apply(before, event)
    revision = (before["revision"] if before else 0) + 1
    documents[key] = {**after, "_id": key, "cursors": cursors, "revision": revision}
    changed.add((projection.collection, key))
    return Outcome.HANDLED
