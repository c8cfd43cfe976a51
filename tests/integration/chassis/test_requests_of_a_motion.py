"""How often a motion asks the database: each request costs it a fifth of its time."""

from collections.abc import Iterator

import pytest
from pymongo import monitoring

from chassis.handle import Outcome
from chassis.ledger import Motion, new_id
from chassis.mongo import Database
from chassis.motions import Keeps, On
from contracts import topics
from contracts.community.requests import ReviewSubmitted
from contracts.envelope import Event
from tests.fakes.chassis_messages import review_submitted, sent
from tests.fakes.chassis_processes import DatabaseProcess
from tests.fakes.chassis_service import Answered, Parts, answer, evolve
from tests.fakes.published import Published

pytestmark = pytest.mark.integration


class Asked(monitoring.CommandListener):
    """The commands that one database was sent."""

    def __init__(self, database: str) -> None:
        self._database = database
        self.commands: list[str] = []

    def started(self, event: monitoring.CommandStartedEvent) -> None:
        """Note it."""
        if self._database in str(event.command) or event.command_name == "commitTransaction":
            self.commands.append(event.command_name)

    def succeeded(self, event: monitoring.CommandSucceededEvent) -> None:
        """Nothing to note."""

    def failed(self, event: monitoring.CommandFailedEvent) -> None:
        """Nothing to note."""


@pytest.fixture
def asked() -> Iterator[Asked]:
    """Listens to clients made while the test runs."""
    listener = Asked(f"appstore_test_{new_id().replace('-', '')}")
    listeners = monitoring._LISTENERS.command_listeners
    monitoring.register(listener)
    yield listener
    listeners.remove(listener)


async def test_a_message_costs_its_reads_one_write_and_the_commit(
    asked: Asked, database_process: DatabaseProcess
) -> None:
    """Cursor, state and ledger entry travel in one request, whatever their collections."""
    database = Database(database_process.url, asked._database)
    rows = (On(ReviewSubmitted, answer), Keeps(topics.REVIEWS, Answered, evolve))
    parts = Parts("community", rows, database, Published())
    late = review_submitted(new_id()).model_copy(update={"decide_by": parts.clock.now()})
    assert await parts.handle(sent(late).arrived()) is Outcome.HANDLED
    database.close()
    # The reads: whether the use case's app is known, and the state of the review.
    assert asked.commands == ["find", "find", "bulkWrite", "commitTransaction"]


async def do_nothing(_event: Event[ReviewSubmitted], _motion: Motion) -> None:
    """Read nothing, write nothing."""


async def test_a_message_that_changes_nothing_moves_the_cursor_and_is_never_held(database: Database) -> None:
    """The cursor alone is a write like any other; the same message again, at another process, is a repeat."""
    rows = (On(ReviewSubmitted, do_nothing), Keeps(topics.REVIEWS, Answered, evolve))
    message = sent(review_submitted(new_id())).arrived()
    other = await Parts("community", rows, database, Published()).memory()
    assert await Parts("community", rows, database, Published()).handle(message) is Outcome.HANDLED
    assert await other.handle(message) is Outcome.REPEAT
    assert [document["sequence"] for document in await other.stored("cursors")] == [1]
    assert await other.stored("held") == []
