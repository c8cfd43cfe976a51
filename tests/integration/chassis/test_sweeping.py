"""The last try of waiting messages: it may fail like any other, and never gets in the way of the consumer."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from chassis.errors import NotKnownYet
from chassis.handle import Outcome
from chassis.ledger import Motion, new_id
from chassis.mongo import Database, DatabaseError
from chassis.motions import Keeps, On
from contracts import topics
from contracts.community.requests import ReviewSubmitted
from contracts.envelope import Event
from tests.fakes.chassis_database import AWAY, UnreachableDatabase
from tests.fakes.chassis_messages import app_published, review_submitted, sent
from tests.fakes.chassis_service import READER, Answered, Parts, answer, evolve
from tests.fakes.published import Published

pytestmark = pytest.mark.integration

LATER = timedelta(seconds=61)


async def fail_when_late(event: Event[ReviewSubmitted], motion: Motion) -> None:
    """Wait until it is time to answer; then fail."""
    if motion.clock.now() < event.data.decide_by:
        raise NotKnownYet(topics.APPS, event.data.app)
    raise ValueError("no answer to give")


async def wait_for_ever(event: Event[ReviewSubmitted], _motion: Motion) -> None:
    """Never know it: not the owner of the answer."""
    raise NotKnownYet(topics.APPS, event.data.app)


async def test_a_last_try_that_fails_is_held(database: Database) -> None:
    """The message is held with its reason, and the sweep itself goes on with the other keys."""
    rows = (On(ReviewSubmitted, fail_when_late), Keeps(topics.REVIEWS, Answered, evolve))
    parts = Parts("community", rows, database, Published())
    for _ in range(2):
        await parts.handle(sent(review_submitted(new_id())).arrived())
    late = datetime.now(UTC) + LATER
    with time_machine.travel(late, tick=False):
        await parts.sweep(late)
    assert [held["reason"] for held in await parts.stored("held")] == ["value-error", "value-error"]
    assert await parts.stored("waiting") == []


async def test_who_does_not_own_the_answer_lets_go_silently(database: Database) -> None:
    """A message still not known at its last try is let go without an event, and its key goes on."""
    parts = Parts("community", (On(ReviewSubmitted, wait_for_ever), Keeps(topics.REVIEWS)), database, Published())
    review = new_id()
    await parts.handle(sent(review_submitted(new_id(), review=review)).arrived())
    late = datetime.now(UTC) + LATER
    with time_machine.travel(late, tick=False):
        await parts.sweep(late)
    assert await parts.stored("waiting") == []
    assert await parts.ledger(topics.REVIEWS) == []
    assert not parts.handler.waiting.blocks("gateway.review-requests", review)


async def test_a_sweep_without_a_database_is_tried_again(database: Database) -> None:
    """A database that is away ends the sweep with NotNow and nothing else, and nothing is lost."""
    parts = Parts("community", READER, database, Published())
    await parts.handle(sent(review_submitted(new_id())).arrived())
    late = datetime.now(UTC) + LATER
    away = await Parts("community", READER, UnreachableDatabase(database), Published()).memory()
    away.database.away = True  # type: ignore[attr-defined]
    with time_machine.travel(late, tick=False), pytest.raises(AWAY):
        await away.sweep(late)
    away.database.away = False  # type: ignore[attr-defined]
    with time_machine.travel(late, tick=False):
        await away.sweep(late)
    assert len(await parts.ledger(topics.REVIEWS)) == 1


async def test_what_no_row_wants_is_stored_before_its_offset_is(database: Database) -> None:
    """It needs no database to be passed over; a process that dies before it is stored passes over it again."""
    parts = Parts("community", (On(ReviewSubmitted, answer),), UnreachableDatabase(database), Published())
    first, second = (sent(app_published(app := new_id()), 1).arrived(), sent(app_published(app), 2).arrived())
    parts.database.away = True  # type: ignore[attr-defined]
    assert await parts.handle(first) is Outcome.PASSED
    with pytest.raises(DatabaseError):
        await parts.redelivery.before_commit()
    parts.database.away = False  # type: ignore[attr-defined]
    died = await parts.memory()
    assert await died.handle(first) is Outcome.PASSED
    await died.redelivery.before_commit()
    successor = await parts.memory()
    assert await successor.handle(first) is Outcome.REPEAT
    assert await successor.handle(second) is Outcome.PASSED


async def test_the_sweep_and_the_consumer_do_not_cross(database: Database) -> None:
    """A message that arrives while the sweep empties its key's queue is not left behind, and nothing is done twice."""
    for _ in range(10):
        parts = await Parts("community", READER, database, Published()).memory()
        review = new_id()
        await parts.handle(sent(review_submitted(new_id(), review=review)).arrived())
        late = datetime.now(UTC) + LATER
        second = sent(review_submitted(new_id(), review=review, seconds=30), 2).arrived()
        with time_machine.travel(late, tick=False):
            await asyncio.gather(parts.sweep(late), parts.handle(second))
            await parts.sweep(late)
        entries = await parts.stored("ledger", key=review)
        assert [entry["sequence"] for entry in entries] == [1, 2]
        assert await parts.stored("waiting") == []
