"""What sets a service in motion, as rows of one table: a message, a time, a watch, a fold, a reaction, a question.

A service's `handlers.py` lists these rows and nothing else; `run` turns them into one subscriber, timers and watches;
the export prints them. A row names its use case, so the file of the behaviour is one step away.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from contracts.envelope import Context, Event
from contracts.noun import Noun
from contracts.payload import Payload
from contracts.questions import Question
from contracts.topics import Topic

UseCase = Callable[[Any, Any], Awaitable[Any]]
Evolve = Callable[[Any, Event[Any]], Any]


@dataclass(frozen=True, slots=True)
class Lineage:
    """Where an event comes from: what every effect of one request has in common."""

    correlation: str
    causation: str | None = None
    team: str | None = None
    actor: str | None = None
    actor_roles: str | None = None
    traceparent: str | None = None

    @classmethod
    def of(cls, context: Context) -> "Lineage":
        """The lineage that effects of the event with this context have."""
        return cls(
            context.correlationid,
            context.id,
            context.team,
            context.actor,
            context.actorroles,
            context.traceparent,
        )


class Record(Protocol):
    """How a use case tells what happened. The chassis numbers, folds and stores it in the motion's transaction."""

    async def __call__(
        self, payload: Payload, *, generation: int | None = None, lineage: Lineage | None = None
    ) -> object:
        """Record one event. Without a lineage it is an effect of the message in hand."""
        ...


@dataclass(frozen=True, slots=True)
class On:
    """A message of this type is handled by this use case.

    `skipped` is run instead when an operator passes over a held one: the answer to whoever asked, where this service
    owes one and no deadline of its own brings it.
    """

    message: type[Payload]
    do: UseCase
    skipped: UseCase | None = None


@dataclass(frozen=True, slots=True)
class Every:
    """Time passes: the use case is run again `seconds` after it ended, on one replica."""

    seconds: float
    do: UseCase


@dataclass(frozen=True, slots=True)
class Watch:
    """Something outside the log changed: what the source named `source` yields is handed to the use case."""

    source: str
    do: UseCase


def state_collection(topic: Topic) -> str:
    """Where the fold of an own topic is kept."""
    return f"state_{topic.subject.replace('-', '_')}"


def keep_nothing(_state: Any, _event: Event[Any]) -> None:
    """The fold of a topic whose writer needs only its numbering."""


@dataclass(frozen=True, slots=True)
class Keeps:
    """The service writes this topic and keeps its fold as `state`; `evolve(state | None, event) -> state` is pure.

    A change of `evolve` or of the class that a stored state would not survive raises `fold` (`refold`).
    """

    topic: Topic
    state: type[Noun] | None = None
    evolve: Evolve = keep_nothing
    fold: int = 1

    @property
    def collection(self) -> str:
        """Where the states are."""
        return state_collection(self.topic)


@dataclass(frozen=True, slots=True)
class Restored:
    """An own event that a restore reads back: `do(event, world)` writes again what was written beside it, in no event.

    For what a request over HTTP stored (an operation) or took away (a person's key): what a message set off needs no
    row, because a restore handles the message itself again. `do` must be safe to repeat, and records nothing.
    """

    message: type[Payload]
    do: UseCase


@dataclass(frozen=True, slots=True)
class Project:
    """A read model: documents of collection `<name>_v<fold>`, folded from topics, without clock or randomness.

    `document(event)` gives the document's `_id` or None when the event is not for it;
    `apply(document | None, event) -> document` is pure. A change of `apply` raises `fold`. With `per_event` each event
    has a document of its own and needs no cursor; without it a document sees every event of a key it is fed from.
    Documents of folds from `reads_from` on serve this code's readers while its own are being built.
    """

    name: str
    fold: int
    topics: tuple[Topic, ...]
    document: Callable[[Event[Any]], str | None]
    apply: Callable[[dict[str, Any] | None, Event[Any]], dict[str, Any]]
    indexes: tuple[tuple[str, ...], ...] = ()
    per_event: bool = False
    reads_from: int = 1

    @property
    def collection(self) -> str:
        """Where the documents are, unless this fold was built more than once (`versions` knows)."""
        return f"{self.name}_v{self.fold}"


@dataclass(frozen=True, slots=True)
class React:
    """What must follow each event of these topics once and never again, whatever is refilled, rebuilt or restarted.

    `do(heard, motion)` gets the new messages of a poll (raw, with the event) in order, inside the transaction that
    moves the cursors of this row; what it writes elsewhere is not undone when that fails.
    """

    name: str
    topics: tuple[Topic, ...]
    do: Callable[[Sequence[tuple[Any, Event[Any]]], Any], Awaitable[None]]

    @property
    def cursors(self) -> str:
        """Where the cursors of this row are kept, apart from all others."""
        return f"cursors_{self.name}"


@dataclass(frozen=True, slots=True)
class Answers:
    """A question is answered: `do(question, reading)` gives the answer, or yields one part after the other.

    It runs on the replica that leads, in no motion: it changes nothing and records nothing. `reading` is what the
    service makes for it (`Service.reading`). A Refusal is an answer too. Past the question's deadline it is cancelled;
    at most `at_once` are answered at the same time (`chassis.answering`).
    """

    message: type[Question]
    do: Callable[[Any, Any], Awaitable[Noun] | AsyncIterator[Noun]]
    at_once: int = 8


@dataclass(frozen=True, slots=True)
class Asks:
    """The service asks this question; the replica that asked hears the answer (`chassis.asking`)."""

    message: type[Question]


Row = On | Every | Watch | Keeps | Project | React | Restored | Answers | Asks


@dataclass(frozen=True)
class Table:
    """A service's rows, sorted out once."""

    rows: tuple[Row, ...]

    def of(self, kind: type[Any]) -> Iterable[Any]:
        """The rows of one kind, in their order."""
        return (row for row in self.rows if isinstance(row, kind))

    @property
    def topics_read(self) -> tuple[Topic, ...]:
        """Every topic a row needs, each once."""
        named = [row.message.topic for row in self.of(On)]
        named += [topic for kind in (Project, React) for row in self.of(kind) for topic in row.topics]
        return tuple(dict.fromkeys(named))

    @property
    def topics_heard(self) -> tuple[Topic, ...]:
        """The topics of questions and answers that every replica follows, each once."""
        named = [row.message.topic for row in self.of(Answers)] + [row.message.answered_on for row in self.of(Asks)]
        return tuple(dict.fromkeys(named))

    @property
    def use_cases(self) -> dict[str, tuple[UseCase, ...]]:
        """CloudEvents type → the use cases it sets off."""
        found: dict[str, tuple[UseCase, ...]] = {}
        for row in self.of(On):
            found[row.message.type_name()] = (*found.get(row.message.type_name(), ()), row.do)
        return found

    @property
    def answers_to_skips(self) -> dict[str, UseCase]:
        """CloudEvents type → what answers a request that an operator passed over."""
        return {row.message.type_name(): row.skipped for row in self.of(On) if row.skipped is not None}
