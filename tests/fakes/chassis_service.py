"""A small service put together from the chassis's own parts in this process, on a real broker and database.

It reads apps and review requests and writes reviews. What it does with a review is in `answer`: the wrong ones fail in
the ways that the rules of the log speak of.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from pymongo.errors import ConnectionFailure

from chassis.background import sweep_forever
from chassis.clock import Clock, SystemClock
from chassis.cursor import Cursors
from chassis.entry import LEDGER
from chassis.epoch import EpochReader
from chassis.errors import NotKnownYet
from chassis.handle import Handler, Outcome
from chassis.health import Readiness
from chassis.held import Held
from chassis.kafka import Deliver, Partition, Subscriber
from chassis.ledger import Motion, Writer, new_id
from chassis.mongo import Database, Document
from chassis.motions import Keeps, On, Project, Row, Table
from chassis.passed_over import keeps_held
from chassis.perform import Performer
from chassis.projection import Projector
from chassis.redeliver import Redelivery
from chassis.relay import Relay
from chassis.settings import ServiceSettings
from chassis.waiting import Waiting
from chassis.wire import RawMessage
from contracts import topics
from contracts.apps.events import AppPublished
from contracts.community.events import ReviewPublished, ReviewRefused
from contracts.community.requests import ReviewSubmitted
from contracts.envelope import Event
from contracts.noun import Noun
from infra.local.brokers import APACHE, broker_name
from tests.fakes.chassis_messages import OIN
from tests.fakes.published import Published

UNLUCKY = 1
"""A review with this rating makes `answer` fail."""


class CantBeHandledError(ValueError):
    """What `answer` fails with."""


class Answered(Noun):
    """The fold of a review."""

    answers: int
    rating: int = 0


def evolve(state: Answered | None, event: Event[Any]) -> Answered:
    """Count the answers to a review."""
    return Answered(answers=(state.answers if state else 0) + 1, rating=getattr(event.data, "rating", 0))


async def remember(event: Event[AppPublished], motion: Motion) -> None:
    """Keep that the app exists."""
    await motion.collection("known_apps").put(event.data.app, {})


async def answer(event: Event[ReviewSubmitted], motion: Motion) -> None:
    """Publish a review of a known app; wait for an unknown one while there is time; fail at the unlucky rating."""
    asked = event.data
    if asked.rating == UNLUCKY:
        raise CantBeHandledError(f"rating {asked.rating}")
    if await motion.collection("known_apps").get(asked.app) is None:
        if motion.clock.now() < asked.decide_by:
            raise NotKnownYet(topics.APPS, asked.app)
        await motion.record(ReviewRefused(review=asked.review, app=asked.app, code="nothing-known"))
        return
    author = event.context.actor or asked.text.person
    await motion.record(
        ReviewPublished(review=asked.review, app=asked.app, author=author, rating=asked.rating, text=asked.text)
    )


READER: tuple[Row, ...] = (
    On(AppPublished, remember),
    On(ReviewSubmitted, answer),
    Keeps(topics.REVIEWS, Answered, evolve),
)
CATALOG: tuple[Row, ...] = (Keeps(topics.APPS),)
GATEWAY: tuple[Row, ...] = (Keeps(topics.REVIEW_REQUESTS),)


@dataclass
class Parts:
    """What a service works with; `memory()` forgets and loads, as a new process would."""

    service: str
    rows: tuple[Row, ...]
    database: Database
    relay: Any
    clock: Clock = field(default_factory=SystemClock)
    holder: str = ""
    handler: Handler = field(init=False)
    projector: Projector = field(init=False)
    redelivery: Redelivery = field(init=False)
    performer: Performer = field(init=False)

    def __post_init__(self) -> None:
        """Put them together as `run` does."""
        folds = {row.topic.name: row for row in (*self.rows, keeps_held(self.service)) if isinstance(row, Keeps)}
        writer = Writer(self.service, new_id(), OIN, folds, self.clock, self.holder)
        self.performer = Performer(writer, self.database, self.relay)
        self.handler = Handler(
            Table(self.rows), self.performer, lambda motion: motion, Cursors(self.database), Waiting(self.database),
            Held(self.service, self.database),
        )  # fmt: skip
        self.projector = Projector(Table(self.rows), self.database, self.handler)
        projects = any(isinstance(row, Project) for row in self.rows)
        self.redelivery = Redelivery(self.handler, self.projector if projects else None)

    async def handle(self, raw: RawMessage) -> Outcome:
        """What becomes of a message."""
        return await self.redelivery.handle(raw)

    async def sweep(self, now: datetime) -> None:
        """Give what waits past its deadline a last try."""
        await self.redelivery.sweep(now)

    async def memory(self) -> "Parts":
        """A new process on the same database."""
        fresh = Parts(self.service, self.rows, self.database, self.relay, self.clock)
        await fresh.handler.load()
        await fresh.redelivery.restart()
        return fresh

    async def stored(self, collection: str, **query: object) -> list[Document]:
        """The documents of a collection, by their ids."""
        return [document async for document in self.database.collection(collection).find(query).sort("_id", 1)]

    async def ledger(self, topic: topics.Topic) -> list[Document]:
        """What was recorded on a topic, as it was recorded."""
        entries = await self.stored(LEDGER, topic=topic.name)
        return sorted(entries, key=lambda entry: (entry["hlc"], entry["sequence"]))


def service(name: str, rows: tuple[Row, ...], mongo: str, run: str) -> Parts:
    """A service with a database of its own, by the name of this run."""
    return Parts(name, rows, Database(mongo, f"appstore_{name}_{run}"), Published())


def settings_for(bootstrap: str, mongo: str) -> ServiceSettings:
    """Settings that make joining and fetching as quick as the broker allows."""
    apache = broker_name() == APACHE
    return ServiceSettings(
        kafka=bootstrap,
        mongo=mongo,
        idempotent=apache,
        session_timeout_ms=6000 if apache else 1000,
        heartbeat_ms=100,
        fetch_wait_ms=20,
    )


@asynccontextmanager
async def living(parts: Parts, settings: ServiceSettings, readiness: Readiness | None = None) -> AsyncIterator[Parts]:
    """The parts with a relay and a subscriber on the broker, as between a start and a stop of the service."""
    readiness = readiness or Readiness(parts.service)
    epochs = EpochReader(settings.kafka)
    epoch = await epochs.wait(readiness)
    await epochs.close()
    relay = Relay(parts.database, list(topics.in_ledger_of(parts.service)), settings, epoch, readiness)
    alive = await Parts(parts.service, parts.rows, parts.database, relay, parts.clock).memory()
    async with AsyncExitStack() as stack:
        await relay.check_ledger()
        await stack.enter_async_context(_leading(relay))
        stack.push_async_callback(relay.stop, grace=1)
        if read := Table(parts.rows).topics_read:
            subscriber = Subscriber(
                parts.service, read, settings, epoch, await delivery(alive), readiness, alive.redelivery
            )
            stack.push_async_callback(subscriber.stop)
            await subscriber.start()
            sweeping = asyncio.create_task(sweep_forever(alive.redelivery, alive.clock))
            stack.callback(sweeping.cancel)
        yield alive


@asynccontextmanager
async def _leading(relay: Relay) -> AsyncIterator[None]:
    """It leads, as in a service that runs alone: it looks from time to time whether the log lacks something."""

    async def publishing() -> bool:
        return relay.publishing

    task = asyncio.create_task(relay.lead())
    try:
        await until(publishing, "the relay publishes")
        yield
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


async def delivery(parts: Parts) -> Deliver:
    """How a poll is handled: folded when the table has projections, else one by one."""
    if any(Table(parts.rows).of(Project)):
        return parts.redelivery.fold

    async def one_by_one(batch: Sequence[RawMessage]) -> set[Partition]:
        return {(raw.topic, raw.partition) for raw in batch if await parts.handle(raw) is Outcome.GAP}

    return one_by_one


async def until(condition: Callable[[], Any], what: str, within: float = 15) -> Any:
    """What `condition` gives as soon as it is true. Raises TimeoutError, saying what did not happen."""
    deadline = time.monotonic() + within
    while True:
        with contextlib.suppress(ConnectionFailure):  # a test may ask while the database it killed comes back
            if found := await condition():
                return found
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within} s: {what}")
        await asyncio.sleep(0.02)
