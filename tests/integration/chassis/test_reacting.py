"""Reactors behind the polls, on the real broker and database: who dies before reacting leaves it to the next."""

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

import pytest

from chassis.health import Readiness
from chassis.ledger import Motion, new_id
from chassis.mongo import Database, Document
from chassis.motions import Project, React
from chassis.reactor import Heard
from contracts import topics
from contracts.envelope import Event
from tests.fakes.chassis_messages import app_published, sent
from tests.fakes.chassis_on_the_wire import send
from tests.fakes.chassis_processes import BrokerProcess
from tests.fakes.chassis_service import Parts, living, settings_for, until
from tests.fakes.published import Published

pytestmark = pytest.mark.integration


def fold_title(_page: Document | None, event: Event[Any]) -> Document:
    """The newest title."""
    return {"title": event.data.title}


PAGES = Project("pages", 1, (topics.APPS,), lambda event: str(event.data.app), fold_title)


async def note(heard: Sequence[Heard], motion: Motion) -> None:
    """A line for each event."""
    await motion.collection("notes").insert(*({"_id": event.context.id} for _, event in heard))


async def never(_heard: Sequence[Heard], _motion: Motion) -> None:
    """Be at work for as long as the process lives."""
    await asyncio.Event().wait()


def reading(database: Database, do: Any) -> Parts:
    """A process that folds apps and reacts to them."""
    return Parts("gateway", (PAGES, React("noting", (topics.APPS,), do)), database, Published())


async def test_what_was_folded_and_not_reacted_to_is_left_to_the_next(
    database: Database, broker: BrokerProcess, mongo: str
) -> None:
    """People see what was folded meanwhile; its offset is not committed, so that nothing goes without a reaction."""
    settings, messages = settings_for(broker.bootstrap, mongo), [sent(app_published(new_id())) for _ in range(3)]
    async with living(reading(database, never), settings) as stuck:
        await send(broker.bootstrap, *messages)
        await until(lambda: _as_many(stuck, "pages_v1", 3), "all are folded")
        assert await stuck.stored("notes") == []
    async with living(reading(database, note), settings) as successor:
        await until(lambda: _as_many(successor, "notes", 3), "all were reacted to")
        assert len(await successor.stored("pages_v1")) == 3


async def test_a_gap_that_only_a_reactor_meets_is_read_again(
    database: Database, broker: BrokerProcess, mongo: str
) -> None:
    """A fold of single events has no gaps; the reactor waits for what is missing, says so, and takes all in order."""
    each = replace(PAGES, document=lambda event: event.context.id, per_event=True)
    rows = (each, React("noting", (topics.APPS,), note))
    readiness, app = Readiness("gateway"), new_id()
    first, second = sent(app_published(app)), sent(app_published(app), 2)

    async def says_so() -> bool:
        return any("a message is missing" in reason for reason in readiness.report()["reasons"])

    parts = Parts("gateway", rows, database, Published())
    async with living(parts, settings_for(broker.bootstrap, mongo), readiness) as reading:
        await send(broker.bootstrap, second)
        await until(says_so, "the gap is told")
        assert await reading.stored("notes") == []
        await send(broker.bootstrap, first)
        await until(lambda: _as_many(reading, "notes", 2), "both were reacted to")


async def _as_many(parts: Parts, collection: str, count: int) -> bool:
    return len(await parts.stored(collection)) == count
