"""Recording in one motion: numbering, stamps, folds and conflicts, on a real database (rules 2, 3 and 6)."""

import asyncio
from datetime import UTC, datetime

import pytest

from chassis.entry import TooLarge
from chassis.ledger import Kept, Motion, new_id
from chassis.motions import Keeps, Lineage
from contracts import topics
from contracts.apps.events import AppPublished
from contracts.envelope import padded
from contracts.noun import Text
from tests.fakes.chassis_database import AWAY, ForgetfulDatabase
from tests.fakes.chassis_messages import app_published
from tests.fakes.chassis_processes import DatabaseProcess
from tests.fakes.chassis_service import CATALOG, Answered, Parts
from tests.fakes.published import Published

pytestmark = [pytest.mark.integration, pytest.mark.kafka]


@pytest.fixture
def database(database_process: DatabaseProcess) -> ForgetfulDatabase:
    """A database of the test's own that loses answers when told."""
    return ForgetfulDatabase(database_process.url, f"appstore_test_{new_id().replace('-', '')}")


@pytest.fixture
def parts(database: ForgetfulDatabase) -> Parts:
    """A catalog that keeps the numbering of its apps."""
    return Parts("catalog", CATALOG, database, Published())


def whole(app: str, **_: object) -> AppPublished:
    """An app event just too large to travel."""
    return app_published(app).model_copy(update={"summary": Text.model_construct(nl="x" * 65_000, en="x")})


async def test_events_of_a_key_are_numbered_from_one_and_stamped_in_order(parts: Parts) -> None:
    """Each event of a key has the next sequence and a later stamp, within a motion and over motions."""
    app = new_id()

    async def twice(motion: Motion) -> None:
        await motion.record(app_published(app, "One"))
        await motion.record(app_published(app, "Two"))

    await parts.performer.perform(twice)
    await parts.performer.perform(twice)
    entries = await parts.ledger(topics.APPS)
    assert [entry["sequence"] for entry in entries] == [1, 2, 3, 4]
    stamps = [entry["hlc"] for entry in entries]
    assert stamps == sorted(set(stamps))
    assert [dict(entry["headers"])["ce_sequence"] for entry in entries] == [padded(number) for number in (1, 2, 3, 4)]


async def test_a_lineage_given_by_the_use_case_is_used(parts: Parts) -> None:
    """What a timer records about a request carries that request's correlation and generation, and no cause."""
    correlation, team = new_id(), new_id()

    async def work(motion: Motion) -> None:
        await motion.record(app_published(new_id()), lineage=Lineage(correlation, None, team), generation=7)

    await parts.performer.perform(work)
    headers = dict((await parts.ledger(topics.APPS))[0]["headers"])
    assert (headers["ce_correlationid"], headers["ce_team"], headers["ce_generation"]) == (correlation, team, padded(7))
    assert "ce_cause" not in headers


async def test_writers_of_one_key_do_not_lose_each_others_events(parts: Parts) -> None:
    """Motions that write the same key side by side conflict, are tried again and leave every event, numbered on."""
    app = new_id()
    await asyncio.gather(*(parts.performer.perform(lambda motion: motion.record(app_published(app))) for _ in range(5)))
    assert [entry["sequence"] for entry in await parts.ledger(topics.APPS)] == [1, 2, 3, 4, 5]


async def overtaken(parts: Parts) -> None:
    """A motion whose key another one makes between its read and its write; it is tried again."""
    app, others = new_id(), 0

    async def work(motion: Motion) -> None:
        nonlocal others
        await motion.record(app_published(app, "Mine"))
        if others == 0:
            others += 1
            await parts.performer.perform(lambda other: other.record(app_published(app, "Other")))

    await parts.performer.perform(work)


async def test_a_conflict_is_not_a_failure_of_the_work(parts: Parts) -> None:
    """A key that another motion made between this one's read and write is a conflict and no failure."""
    await overtaken(parts)
    values = [bytes(entry["value"]) for entry in await parts.ledger(topics.APPS)]
    assert [b"Mine" in value for value in values] == [False, True]


async def test_a_commit_that_conflicts_publishes_nothing(parts: Parts) -> None:
    """What the relay is handed is what was committed: the attempt that lost against another motion is not in it."""
    await overtaken(parts)
    handed = [(entry["sequence"], bytes(entry["value"])) for entry in parts.relay.entries]
    stored = [(entry["sequence"], bytes(entry["value"])) for entry in await parts.ledger(topics.APPS)]
    assert handed == stored


async def test_a_refused_event_leaves_no_hole(parts: Parts) -> None:
    """A use case may catch TooLarge and record something smaller: the numbering has no gap."""
    app = new_id()

    async def work(motion: Motion) -> None:
        with pytest.raises(TooLarge):
            await motion.record(whole(app))
        await motion.record(app_published(app))

    await parts.performer.perform(work)
    assert [entry["sequence"] for entry in await parts.ledger(topics.APPS)] == [1]


async def test_a_failing_fold_leaves_no_hole(database: ForgetfulDatabase) -> None:
    """A fold that throws fails the motion that recorded; a use case that goes on has recorded nothing."""

    def evolve(state: Answered | None, event: object) -> Answered:
        if state is None and "Bad" in str(event):
            raise ValueError("can't be folded")
        return Answered(answers=1)

    parts = Parts("catalog", (Keeps(topics.APPS, Answered, evolve),), database, Published())
    app = new_id()

    async def work(motion: Motion) -> Answered | None:
        with pytest.raises(ValueError, match="can't be folded"):
            await motion.record(app_published(app, "Bad"))
        await motion.record(app_published(app, "Good"))
        return await Kept(motion, topics.APPS, Answered).get(app)

    assert await parts.performer.perform(work) == Answered(answers=1)
    assert [entry["sequence"] for entry in await parts.ledger(topics.APPS)] == [1]


async def test_a_lost_answer_sends_the_relay_to_the_ledger(parts: Parts, database: ForgetfulDatabase) -> None:
    """When the answer to a commit is lost, nothing is offered and the relay looks for itself."""
    database.lose = [True]
    with pytest.raises(AWAY):
        await parts.performer.perform(lambda motion: motion.record(app_published(new_id())))
    assert (parts.relay.entries, parts.relay.rescans) == ([], 1)


async def test_work_that_is_called_off_sends_the_relay_to_the_ledger(parts: Parts) -> None:
    """When a motion is cancelled, its commit may have happened, so the relay looks for itself."""
    started = asyncio.Event()

    async def work(motion: Motion) -> None:
        await motion.record(app_published(new_id()))
        started.set()
        await asyncio.Event().wait()

    task = asyncio.create_task(parts.performer.perform(work))
    await started.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert parts.relay.rescans == 1


async def test_a_motion_that_fails_leaves_nothing(parts: Parts) -> None:
    """State, ledger and what the use case wrote go with the transaction."""

    async def work(motion: Motion) -> None:
        await motion.collection("known_things").put("one", {"at": datetime.now(UTC)})
        await motion.record(app_published(new_id()))
        raise LookupError

    with pytest.raises(LookupError):
        await parts.performer.perform(work)
    assert await parts.ledger(topics.APPS) == []
    assert await parts.stored("known_things") == []
    assert await parts.stored("state_apps") == []


async def test_a_motion_that_only_reads_writes_nothing(parts: Parts) -> None:
    """Looking at a state, there or not, leaves no trace and conflicts with nobody."""
    app = new_id()
    await parts.performer.perform(lambda motion: motion.record(app_published(app)))
    before = await parts.stored("state_apps")

    async def look(motion: Motion) -> None:
        await motion.state_of(topics.APPS, app, Answered)
        await motion.state_of(topics.APPS, new_id(), Answered)

    await parts.performer.perform(look)
    assert await parts.stored("state_apps") == before
    assert len(parts.relay.entries) == 1
