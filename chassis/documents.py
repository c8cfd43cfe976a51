"""Documents of one read model under way: loaded for a poll, folded in memory, stored only if nobody wrote in between.

A replica that lost its partitions while it was stopped wakes up with documents as they were; each write is bound to the
revision that was read, so it loses, reads again and finds its events folded. `projection` and `rebuild` both write this
way, and so may write the same document at the same time.
"""

from collections.abc import Iterable
from typing import Any

from pymongo import InsertOne, ReplaceOne
from pymongo.errors import BulkWriteError

from chassis.errors import Conflict
from chassis.handle import Outcome
from chassis.mongo import Database, Document
from chassis.motions import Project
from chassis.passed_over import PassedOver
from contracts.envelope import Event

_CHUNK = 100
_TRY_AT_ONCE = 16
"""So many documents of an event each are added unread: what is there already is refused, and dearer than a read."""
_THERE = 11000
_LOST_CODES = {112, 251, 11000}
"""Write conflicts, and a document that is there already."""


class Documents:
    """Some documents of one collection, between their reading and their writing."""

    def __init__(
        self, database: Database, projection: Project, collection: str, passed_over: PassedOver | None = None
    ) -> None:
        self._collection = database.collection(collection)
        self._projection = projection
        self._found: dict[str, Document] = {}
        self._revisions: dict[str, int] = {}
        self._changed: set[str] = set()
        self._passed_over = passed_over

    def key(self, event: Event[Any]) -> str:
        """The document this event is for; empty when it is for none."""
        return self._projection.document(event) or ""

    async def make_indexes(self) -> None:
        """Make the indexes the row names."""
        for index in self._projection.indexes:
            await self._collection.create_index([(name, 1) for name in index])

    async def load(self, keys: Iterable[str]) -> None:
        """Read the documents with these ids, as far as they are there."""
        wanted = sorted(keys)
        if self._projection.per_event and len(wanted) <= _TRY_AT_ONCE:
            return
        for start in range(0, len(wanted), _CHUNK):
            async for document in self._collection.find({"_id": {"$in": wanted[start : start + _CHUNK]}}):
                self._found[document["_id"]] = document
                self._revisions[document["_id"]] = document["revision"]

    def fold(self, topic: str, event: Event[Any]) -> Outcome:
        """Fold one event. Raises what the fold raises, and then nothing changed."""
        return fold_into(self._projection, self._found, topic, event, self._changed, self._passed_over)

    async def store(self) -> None:
        """Write what changed. Raises Conflict when one of them was written by somebody else since it was read."""
        writes = [self._write(key) for key in sorted(self._changed)]
        if not writes:
            return
        try:
            result = await self._collection.bulk_write(writes, ordered=False)
        except BulkWriteError as error:
            failed = error.details.get("writeErrors", [])
            if self._projection.per_event and all(one["code"] == _THERE for one in failed):
                return
            if failed and all(one["code"] in _LOST_CODES for one in failed):
                raise Conflict from error
            raise
        if result.matched_count + result.inserted_count < len(writes):
            raise Conflict

    def _write(self, key: str) -> Any:
        if key not in self._revisions:
            return InsertOne(self._found[key])
        return ReplaceOne({"_id": key, "revision": self._revisions[key]}, self._found[key])


def fold_into(
    projection: Project,
    documents: dict[str, Document],
    topic: str,
    event: Event[Any],
    changed: set[str],
    passed_over: PassedOver | None = None,
) -> Outcome:
    """Fold one event into the document it is for, unless the document's own cursor says that it was folded before.

    A message that an operator skipped leaves no gap.
    """
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
        done = passed_over.beyond(topic, event.context.subject, last) if passed_over else last
        if event.context.number > done + 1:
            return Outcome.GAP
        cursors[cursor] = event.context.number
    after = projection.apply(before, event)
    revision = (before["revision"] if before else 0) + 1
    documents[key] = {**after, "_id": key, "cursors": cursors, "revision": revision}
    changed.add(key)
    return Outcome.HANDLED
