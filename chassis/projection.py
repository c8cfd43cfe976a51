"""Read models: documents folded from topics, in bulk per poll, each guarded by the cursors kept inside it (rule 9).

A projection has no clock and no randomness, so the same events give the same documents whatever the order of writers.
A message no fold can take is held, like everywhere else. Polls are folded into the collection that serves (`versions`);
another one that is being built is filled by `rebuild`. What was folded goes on to the reactors (`reactions`).
"""

import asyncio
import contextlib
from collections import defaultdict
from collections.abc import Awaitable, Mapping, Sequence
from typing import Any

import structlog

from chassis import telemetry
from chassis.documents import Documents
from chassis.errors import Conflict, NotNow
from chassis.handle import BEHIND, Handler, Outcome, code_of, detail_of
from chassis.kafka import Partition
from chassis.mongo import Database, is_away, is_conflict
from chassis.motions import Project, React, Table
from chassis.reactor import Heard, Reactor
from chassis.versions import Versions
from chassis.wire import RawMessage, Unreadable, read_context, read_event
from contracts.envelope import Context, Event

log = structlog.get_logger(__name__)

_ATTEMPTS = 12
_FASTER = f"another replica wrote the same documents first {_ATTEMPTS} times"

Readable = Sequence[Heard]


def _must_be_its_own(error: Exception) -> None:
    """Raises NotNow when the database, and not the message, is the trouble."""
    if is_away(error) or is_conflict(error):
        message = "the database does not answer"
        raise NotNow(message) from error


async def _together(*work: Awaitable[Any]) -> list[Any]:
    """Do all of it at the same time. When all are done, raises what went wrong, a Conflict only if that is all."""
    results = await asyncio.gather(*work, return_exceptions=True)
    errors = [result for result in results if isinstance(result, BaseException)]
    if errors:
        raise next((error for error in errors if not isinstance(error, Conflict)), errors[0])
    return results


class Projector:
    """Folds polls of messages into the read models of one service's table."""

    def __init__(self, table: Table, database: Database, handler: Handler, versions: Versions | None = None) -> None:
        self._passed_over = handler.held.passed_over
        self._reactors = [Reactor(row, handler.performer, self._passed_over) for row in table.of(React)]
        self._projections: dict[str, list[Project]] = defaultdict(list)
        for projection in table.of(Project):
            for topic in projection.topics:
                self._projections[topic.name].append(projection)
        self._database = database
        self._handler = handler
        self._versions = versions or Versions(table.of(Project), database)
        self._indexed: set[str] = set()

    async def apply(self, batch: Sequence[RawMessage]) -> set[Partition]:
        """Fold one poll, then react to it. The partitions in which a gap was met; raises NotNow."""
        gaps, folded = await self.fold(batch)
        return gaps | await self.react(folded)

    async def fold(self, batch: Sequence[RawMessage]) -> tuple[set[Partition], list[Heard]]:
        """Fold one poll. The partitions in which a gap was met, and what is to be reacted to; raises NotNow.

        A document the database won't take stops one message, not all: folded one at a time, it is found and held.
        """
        try:
            return await self._fold_poll(batch)
        except NotNow:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is held and nothing is lost
            _must_be_its_own(error)
            if len(batch) == 1:
                await self._hold(batch[0], error)
                return set(), []
            each = [await self.fold([raw]) for raw in batch]
            return set().union(*(gaps for gaps, _ in each)), [one for _, folded in each for one in folded]

    async def react(self, folded: Sequence[Heard]) -> set[Partition]:
        """Hand what was folded to the reactors. The partitions in which a gap was met; raises NotNow.

        A message that a reactor can't take is held, like one that no fold can.
        """
        try:
            return set().union(*[await reactor.take(folded) for reactor in self._reactors])
        except NotNow:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the message is held and nothing is lost
            _must_be_its_own(error)
            if len(folded) == 1:
                await self._hold(folded[0][0], error)
                return set()
            return {gap for one in folded for gap in await self.react([one])}

    async def fold_again(self, raw: RawMessage, event: Event[Any]) -> Outcome:
        """Fold a held message past its queue, also into what is being built; GAP when an earlier one is missing.

        Raises what the fold raises, NotNow when the database is away.
        """
        try:
            found = [await self._fold_alone(projection, raw, event) for projection in self._projections[raw.topic]]
            gaps = [await reactor.take([(raw, event)]) for reactor in self._reactors]
        except NotNow:
            raise
        except Exception as error:
            _must_be_its_own(error)
            raise
        return Outcome.GAP if Outcome.GAP in found or any(gaps) else Outcome.HANDLED

    async def _fold_alone(self, projection: Project, raw: RawMessage, event: Event[Any]) -> Outcome:
        for _ in range(_ATTEMPTS):
            await self._versions.fresh()
            await self._versions.look()
            version = self._versions.of(projection)
            serving = {projection.name: self._versions.serving(projection)}
            with contextlib.suppress(Conflict):
                [documents] = (await self._load([(raw, event)], serving)).values()
                outcome = await self._fold_one(projection, documents, raw, event, again=True)
                await documents.store()
                if version.building not in {None, *serving.values()} and version.building_fold == projection.fold:
                    building = Documents(self._database, projection, str(version.building), self._passed_over)
                    await building.load([documents.key(event)])
                    building.fold(raw.topic, event)  # a gap is the build's own: it has not come so far
                    await building.store()
                if await self._versions.still_serves(serving):
                    return outcome
        raise NotNow(_FASTER)

    async def _fold_poll(self, batch: Sequence[RawMessage]) -> tuple[set[Partition], list[Heard]]:
        readable: list[Heard] = []
        missing: set[Partition] = set()
        for raw in batch:
            event = await self._read(raw, missing)
            if event is not None:
                readable.append((raw, event))
        await self._versions.fresh()
        for _ in range(_ATTEMPTS):
            serving = {p.name: self._versions.serving(p) for raw, _ in readable for p in self._projections[raw.topic]}
            with contextlib.suppress(Conflict):
                documents = await self._load(readable, serving)
                gaps, folded = await self._fold(readable, documents)
                await _together(*[some.store() for some in documents.values()])
                if await self._versions.still_serves(serving):
                    return missing | gaps, folded
        raise NotNow(_FASTER)

    async def _fold(self, readable: Readable, documents: Mapping[str, Documents]) -> tuple[set[Partition], list[Heard]]:
        """Fold in memory; the partitions with a gap, and what was not held."""
        gaps: set[Partition] = set()
        folded: list[Heard] = []
        for raw, event in readable:
            if await self._behind_a_held_one(raw, event.context, gaps):
                continue
            for projection in self._projections[raw.topic]:
                outcome = await self._fold_one(projection, documents[projection.name], raw, event)
                telemetry.MESSAGES.labels(raw.topic, outcome).inc()
                if outcome is Outcome.GAP:
                    gaps.add((raw.topic, raw.partition))
                if outcome is Outcome.HELD:
                    break
            else:
                folded.append((raw, event))
        return gaps, folded

    async def _fold_one(
        self, projection: Project, documents: Documents, raw: RawMessage, event: Event[Any], *, again: bool = False
    ) -> Outcome:
        version = self._versions.of(projection)
        try:
            outcome = documents.fold(raw.topic, event)
        except Exception as error:
            if version.own(projection):
                if again:
                    raise
                return await self._hold(raw, error)
            # Documents of an older fold only serve until this code's own are built; those have the last word.
            log.info("an older document stays as it is", model=projection.name, error=type(error).__name__)
            return Outcome.PASSED
        # Nor is a gap in them anybody's trouble.
        return Outcome.PASSED if outcome is Outcome.GAP and not version.own(projection) else outcome

    async def _hold(self, raw: RawMessage, error: Exception) -> Outcome:
        context = None
        with contextlib.suppress(Unreadable):
            context = read_context(raw)
        await self._handler.hold(raw, context, code_of(error), detail_of(error))
        return Outcome.HELD

    async def _load(self, readable: Readable, serving: Mapping[str, str]) -> dict[str, Documents]:
        """Model → the documents these events are for."""
        wanted: dict[str, set[str]] = {name: set() for name in serving}
        for raw, event in readable:
            for projection in self._projections[raw.topic]:
                with contextlib.suppress(Exception):  # it fails again when folded, and there the message is held
                    if (key := projection.document(event)) is not None:
                        wanted[projection.name].add(key)
        loaded: dict[str, Documents] = {}
        for name in wanted:
            projection = self._versions.projections[name]
            if (version := self._versions.of(projection)).outgrown(projection):
                message = f"{version.serving} serves, made by a newer release than this process"
                raise NotNow(message)
            loaded[name] = Documents(self._database, projection, serving[name], self._passed_over)
            if serving[name] not in self._indexed:
                await loaded[name].make_indexes()
                self._indexed.add(serving[name])
        await _together(*[loaded[name].load(keys) for name, keys in wanted.items()])
        return loaded

    async def _read(self, raw: RawMessage, gaps: set[Partition]) -> Event[Any] | None:
        context = None
        try:
            context = read_context(raw)
            if self._passed_over.has(raw.topic, context.subject, context.number):
                return None
            if await self._behind_a_held_one(raw, context, gaps):
                return None
            return read_event(raw, context)
        except Unreadable as unreadable:
            await self._handler.hold(raw, context, unreadable.code, unreadable.detail)
            return None

    async def _behind_a_held_one(self, raw: RawMessage, context: Context, gaps: set[Partition]) -> bool:
        held = self._handler.held
        if not held.blocks(raw.topic, context.subject, context.number):
            return False
        if held.leaves_a_gap(raw.topic, context.subject, context.number):
            gaps.add((raw.topic, raw.partition))
            return True
        await self._handler.hold(raw, context, *BEHIND)
        return True
