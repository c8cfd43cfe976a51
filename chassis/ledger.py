"""Recording: one motion's events numbered, stamped, folded and stored with the state, in one transaction.

A `Motion` is what the adapters of a `World` stand on. Before it: `handle` or an HTTP request opened a transaction.
After its commit: the relay publishes what it recorded. Rules 2 and 3 of the log.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

import uuid_utils
from motor.motor_asyncio import AsyncIOMotorClientSession

from chassis import telemetry
from chassis.clock import Clock, stamp_after
from chassis.entry import LEDGER, ledger_entry, position_id
from chassis.mongo import Bound, Database, Document
from chassis.motions import Keeps, Lineage, state_collection
from chassis.one_request import OneRequest
from chassis.refold import refold
from contracts.envelope import Context, Event, padded
from contracts.noun import Noun
from contracts.payload import Payload
from contracts.topics import Topic

S = TypeVar("S", bound=Noun)


def new_id() -> str:
    """A UUIDv7 in text form."""
    return str(uuid_utils.uuid7())


@dataclass(frozen=True)
class Writer:
    """Who records: what never changes while the process lives."""

    service: str
    origin: str
    oin: str
    folds: dict[str, Keeps]
    clock: Clock
    holder: str = ""
    """This process, as its lease names it: what it records carries it, so that it need not hear itself."""

    @property
    def source(self) -> str:
        """The CloudEvents source (NL GOV profile): organisation, then system."""
        return f"urn:nld:oin:{self.oin}:systeem:appstore-{self.service}"


@dataclass
class _Kept:
    """The fold of one key while a motion is under way."""

    stored: int
    sequence: int
    hlc: str | None
    state: Noun | None
    refolded: bool = False


@dataclass
class Motion:
    """One transaction: what set it off, what it may read and write, what it recorded."""

    writer: Writer
    database: Database
    session: AsyncIOMotorClientSession
    cause: Event[Any] | None = None
    lineage: Lineage | None = None
    recorded: list[Document] = field(default_factory=list)
    after_commit: list[Callable[[], None]] = field(default_factory=list)
    at_the_end: OneRequest = field(init=False)
    """What is written just before the commit, in one request."""
    _kept: dict[tuple[str, str], _Kept] = field(default_factory=dict)

    def __post_init__(self) -> None:
        """Nothing is gathered yet."""
        self.at_the_end = OneRequest(self.database)

    @property
    def clock(self) -> Clock:
        """The clock use cases read."""
        return self.writer.clock

    def collection(self, name: str) -> Bound:
        """A collection of the service's database, inside this transaction."""
        return Bound(self.database.collection(name), self.session)

    async def record(
        self,
        payload: Payload,
        *,
        generation: int | None = None,
        lineage: Lineage | None = None,
        topic: Topic | None = None,
    ) -> Event[Any]:
        """Number, stamp, fold and store one event; it is published after the commit.

        Raises TooLarge over 64 KB, KeyError for a topic that is not in the service's table.
        """
        topic = topic or payload.topic
        fold = self.writer.folds[topic.name]
        kept = await self._load(topic, payload.key)
        event = Event(self._context(payload, kept, generation, lineage), payload)
        entry, state = ledger_entry(event, topic, self.writer.clock.now()), fold.evolve(kept.state, event)
        entry["by"] = self.writer.holder
        # Nothing above changed this motion, so an event that can't be recorded leaves no hole in the numbering.
        kept.sequence += 1
        kept.hlc = event.context.hlc
        kept.state = state
        self.recorded.append(entry)
        telemetry.RECORDED.labels(event.context.type).inc()
        return event

    async def state_of(self, topic: Topic, key: str, kind: type[S]) -> S | None:
        """The fold of one key of an own topic, with what this motion has recorded."""
        state = (await self._load(topic, key)).state
        return state if isinstance(state, kind) else None

    async def sequence_of(self, topic: Topic, key: str) -> int:
        """How many events of one key of an own topic there are, with what this motion has recorded."""
        return (await self._load(topic, key)).sequence

    async def flush(self) -> None:
        """Write states and ledger, with what else was left to the end. Called once, just before the commit."""
        for (topic_name, key), kept in self._kept.items():
            if kept.sequence == kept.stored and not kept.refolded:
                continue
            fold = self.writer.folds[topic_name]
            state = kept.state.model_dump(mode="json") if kept.state is not None else None
            document = {"sequence": kept.sequence, "hlc": kept.hlc, "state": state, "fold": fold.fold}
            if kept.stored == 0:
                self.at_the_end.insert(fold.collection, {"_id": key, **document})
            else:
                self.at_the_end.update(fold.collection, {"_id": key, "sequence": kept.stored}, {"$set": document})
        for entry in self.recorded:
            self.at_the_end.insert(LEDGER, entry)
        await self.at_the_end.send(self.session)

    async def refresh(self, topic: Topic, key: str) -> None:
        """Fold the state of one key again if an older fold made it."""
        await self._load(topic, key)

    async def _load(self, topic: Topic, key: str) -> _Kept:
        place = (topic.name, key)
        if place not in self._kept:
            row = self.writer.folds[topic.name]
            found = await self.collection(row.collection).get(key)
            if found is None:
                self._kept[place] = _Kept(0, 0, None, None)
            elif row.state is not None and found.get("fold", 1) != row.fold:
                state = await refold(row, key, self.collection(LEDGER))
                self._kept[place] = _Kept(found["sequence"], found["sequence"], found["hlc"], state, refolded=True)
            else:
                stored = found["state"]
                state = row.state.model_validate(stored) if row.state is not None and stored is not None else None
                self._kept[place] = _Kept(found["sequence"], found["sequence"], found["hlc"], state)
        return self._kept[place]

    def _place_of_cause(self) -> str | None:
        """Where the message handled stands; nowhere when no ledger holds it."""
        if self.cause is None or not self.cause.data.topic.ledger:
            return None
        return position_id(self.cause.data.topic.name, self.cause.context.subject, self.cause.context.number)

    def _context(
        self,
        payload: Payload,
        kept: _Kept,
        generation: int | None,
        lineage: Lineage | None,
    ) -> Context:
        cause = self.cause.context if self.cause is not None else None
        came_from = lineage or self.lineage or (Lineage.of(cause) if cause else Lineage(new_id()))
        now = self.writer.clock.now()
        return Context(
            id=new_id(),
            source=self.writer.source,
            type=payload.type_name(),
            subject=payload.key,
            time=now,
            origin=self.writer.origin,
            team=came_from.team,
            actor=came_from.actor,
            actorroles=came_from.actor_roles,
            correlationid=came_from.correlation,
            causationid=came_from.causation,
            cause=self._place_of_cause(),
            sequence=padded(kept.sequence + 1),
            hlc=stamp_after(now, kept.hlc, cause.hlc if cause else None),
            generation=padded(generation) if generation else None,
            dataclass=payload.data_class,
            traceparent=came_from.traceparent,
        )


class Kept(Generic[S]):
    """Read access to the folds of an own topic, for an adapter."""

    def __init__(self, motion: Motion, topic: Topic, kind: type[S]) -> None:
        self._motion = motion
        self._topic = topic
        self._kind = kind

    async def get(self, key: str) -> S | None:
        """The state under this key, with what was recorded so far."""
        return await self._motion.state_of(self._topic, key, self._kind)

    async def find(self, query: dict[str, Any], *, limit: int = 10_000) -> list[S]:
        """The stored states whose fields match, e.g. `{"app": id}`; names as on the wire."""
        bound = self._motion.collection(state_collection(self._topic))
        found = await bound.find({f"state.{name}": value for name, value in query.items()}, limit=limit)
        return [self._kind.model_validate(document["state"]) for document in found if document["state"] is not None]
