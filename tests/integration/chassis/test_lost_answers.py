"""The answer to a commit may get lost. What a message had become by then, it becomes once, and no key is stuck."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from chassis.handle import Outcome
from chassis.ledger import new_id
from chassis.wire import RawMessage
from contracts import topics
from tests.fakes.chassis_database import AWAY, ForgetfulDatabase
from tests.fakes.chassis_messages import app_published, review_submitted, sent
from tests.fakes.chassis_processes import DatabaseProcess
from tests.fakes.chassis_service import READER, UNLUCKY, Parts
from tests.fakes.published import Published

pytestmark = [pytest.mark.integration, pytest.mark.kafka]


@pytest.fixture
async def database(database_process: DatabaseProcess) -> AsyncIterator[ForgetfulDatabase]:
    """A database of the test's own that loses answers when told."""
    opened = ForgetfulDatabase(database_process.url, f"appstore_test_{new_id().replace('-', '')}")
    yield opened
    opened.close()


@pytest.fixture
def parts(database: ForgetfulDatabase) -> Parts:
    """A service without a broker: messages are handed to it."""
    return Parts("community", READER, database, Published())


async def redelivered(parts: Parts, database: ForgetfulDatabase, message: RawMessage) -> Outcome:
    """What becomes of a message whose first commit went unheard: NotNow, then its redelivery."""
    database.lose = [True]
    with pytest.raises(AWAY):
        await parts.handle(message)
    return await parts.handle(message)


async def test_a_handled_message(parts: Parts, database: ForgetfulDatabase) -> None:
    """The redelivery is a repeat, and the relay is told to look for what it was never offered."""
    await parts.handle(sent(app_published(app := new_id())).arrived())
    outcome = await redelivered(parts, database, sent(review_submitted(app)).arrived())
    assert outcome is Outcome.REPEAT
    assert len(await parts.ledger(topics.REVIEWS)) == 1
    assert parts.relay.entries == []
    assert parts.relay.rescans >= 1


async def test_a_message_that_began_to_wait(parts: Parts, database: ForgetfulDatabase) -> None:
    """It is known to wait, so what it waited for takes it up, and the next of its key queues behind it."""
    app, review = new_id(), new_id()
    await redelivered(parts, database, sent(review_submitted(app, review=review)).arrived())
    second = sent(review_submitted(app, review=review), 2).arrived()
    assert await parts.handle(second) is Outcome.WAITING
    await parts.handle(sent(app_published(app)).arrived())
    assert [entry["sequence"] for entry in await parts.ledger(topics.REVIEWS)] == [1, 2]


async def test_a_message_that_queued_behind_a_waiting_one(parts: Parts, database: ForgetfulDatabase) -> None:
    """Its redelivery is a repeat, and it is taken up after the one before it."""
    app, review = new_id(), new_id()
    await parts.handle(sent(review_submitted(app, review=review)).arrived())
    outcome = await redelivered(parts, database, sent(review_submitted(app, review=review), 2).arrived())
    assert outcome is Outcome.REPEAT
    await parts.handle(sent(app_published(app)).arrived())
    assert [entry["sequence"] for entry in await parts.ledger(topics.REVIEWS)] == [1, 2]


async def test_the_arrival_of_what_was_waited_for(parts: Parts, database: ForgetfulDatabase) -> None:
    """The redelivered arrival is a repeat and takes up what waits all the same."""
    app = new_id()
    await parts.handle(sent(review_submitted(app)).arrived())
    assert await redelivered(parts, database, sent(app_published(app)).arrived()) is Outcome.REPEAT
    assert len(await parts.ledger(topics.REVIEWS)) == 1


async def test_a_process_that_died_before_it_took_up(parts: Parts) -> None:
    """When the arrival was committed and the process died, the redelivered arrival takes up what waits."""
    app = new_id()
    arrival = sent(app_published(app)).arrived()
    await parts.handle(arrival)
    await parts.database.collection("known_apps").delete_one({"_id": app})
    await parts.handle(sent(review_submitted(app)).arrived())
    await parts.database.collection("known_apps").insert_one({"_id": app})
    after = await parts.memory()
    assert await after.handle(arrival) is Outcome.REPEAT
    assert len(await parts.ledger(topics.REVIEWS)) == 1


async def test_a_message_that_was_taken_up(parts: Parts, database: ForgetfulDatabase) -> None:
    """It is done once, what queued behind it follows, and later messages of its key are handled again."""
    app, review = new_id(), new_id()
    for number in (1, 2):
        await parts.handle(sent(review_submitted(app, review=review), number).arrived())
    arrival = sent(app_published(app)).arrived()
    database.lose = [False, True]
    with pytest.raises(AWAY):
        await parts.handle(arrival)
    assert await parts.handle(arrival) is Outcome.REPEAT
    assert await parts.handle(sent(review_submitted(app, review=review), 3).arrived()) is Outcome.HANDLED
    assert [entry["sequence"] for entry in await parts.ledger(topics.REVIEWS)] == [1, 2, 3]


async def test_a_process_that_died_while_it_took_up(parts: Parts, database: ForgetfulDatabase) -> None:
    """What queued behind a message that was taken up follows in the next process, without anything arriving."""
    app, review = new_id(), new_id()
    for number in (1, 2):
        await parts.handle(sent(review_submitted(app, review=review), number).arrived())
    database.lose = [False, True]
    with pytest.raises(AWAY):
        await parts.handle(sent(app_published(app)).arrived())
    await (await parts.memory()).sweep(datetime.now(UTC))
    assert [entry["sequence"] for entry in await parts.ledger(topics.REVIEWS)] == [1, 2]


async def test_a_last_try(parts: Parts, database: ForgetfulDatabase) -> None:
    """The answer that the last try gave stands once, and the key goes on."""
    app, review = new_id(), new_id()
    await parts.handle(sent(review_submitted(app, review=review)).arrived())
    late = datetime.now(UTC) + timedelta(seconds=61)
    database.lose = [True]
    with time_machine.travel(late, tick=False):
        with pytest.raises(AWAY):
            await parts.sweep(late)
        await parts.sweep(late)
    assert len(await parts.ledger(topics.REVIEWS)) == 1
    await parts.handle(sent(app_published(app)).arrived())
    assert await parts.handle(sent(review_submitted(app, review=review), 2).arrived()) is Outcome.HANDLED


async def test_a_held_message(parts: Parts, database: ForgetfulDatabase) -> None:
    """Its key is blocked all the same: the next of the key queues behind it and is no gap."""
    app, review = new_id(), new_id()
    await parts.handle(sent(app_published(app)).arrived())
    await redelivered(parts, database, sent(review_submitted(app, review=review, rating=UNLUCKY)).arrived())
    assert await parts.handle(sent(review_submitted(app, review=review), 2).arrived()) is Outcome.HELD
    assert [held["status"] for held in await parts.stored("held")] == ["held", "queued"]


async def test_a_commit_that_a_restarted_database_does_not_remember(parts: Parts, database: ForgetfulDatabase) -> None:
    """What stood already is not done twice when the work is done again, and the relay looks for what it recorded."""
    await parts.handle(sent(app_published(app := new_id())).arrived())
    database.forget = True
    assert await parts.handle(sent(review_submitted(app)).arrived()) is Outcome.REPEAT
    assert len(await parts.ledger(topics.REVIEWS)) == 1
    assert parts.relay.rescans >= 1
