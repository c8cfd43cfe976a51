"""A state that an older fold made is folded again from its own events."""

from dataclasses import replace

import pytest

from chassis.ledger import Motion, new_id
from chassis.mongo import Database
from chassis.motions import Keeps
from chassis.stale_states import refold_stale_states
from contracts import topics
from contracts.apps.events import AppPublished
from contracts.envelope import Event
from contracts.noun import Noun
from tests.fakes.chassis_messages import app_published
from tests.fakes.chassis_service import Parts
from tests.fakes.published import Published

pytestmark = pytest.mark.integration


class Counted(Noun):
    """The fold of the earlier release."""

    events: int


class Titles(Noun):
    """The fold of the later release, which the earlier state says nothing about."""

    titles: tuple[str, ...]


def count(state: Counted | None, _event: Event[AppPublished]) -> Counted:
    """Count the events."""
    return Counted(events=(state.events if state else 0) + 1)


def collect(state: Titles | None, event: Event[AppPublished]) -> Titles:
    """Collect the titles."""
    return Titles(titles=(*(state.titles if state else ()), event.data.title))


EARLIER = Keeps(topics.APPS, Counted, count)
LATER = Keeps(topics.APPS, Titles, collect, fold=2)


async def told(parts: Parts, app: str, *titles: str) -> None:
    """Record that the app had these titles."""

    async def work(motion: Motion) -> None:
        for title in titles:
            await motion.record(app_published(app, title))

    await parts.performer.perform(work)


async def start(parts: Parts) -> None:
    """What a start of this release does with the states."""
    await refold_stale_states(parts.rows, parts.database, parts.performer)  # type: ignore[arg-type]


async def test_a_start_folds_what_an_older_fold_made(database: Database) -> None:
    """After the start of a release with another fold every state is that of all its events, and nothing was told."""
    app, other = new_id(), new_id()
    earlier = Parts("catalog", (EARLIER,), database, Published())
    await start(earlier)
    await told(earlier, app, "One", "Two")
    await told(earlier, other, "Three")

    later = Parts("catalog", (LATER,), database, Published())
    await start(later)
    states = {state["_id"]: state for state in await later.stored("state_apps")}
    assert states[app]["state"] == {"titles": ["One", "Two"]}
    assert states[other]["state"] == {"titles": ["Three"]}
    assert {(state["fold"], state["sequence"]) for state in states.values()} == {(2, 2), (2, 1)}
    assert later.relay.entries == []


async def test_a_state_that_an_old_replica_wrote_meanwhile_is_folded_when_it_is_loaded(database: Database) -> None:
    """While both releases run, each loads a state of its own fold, and the numbering goes on."""
    app = new_id()
    earlier = Parts("catalog", (EARLIER,), database, Published())
    later = Parts("catalog", (LATER,), database, Published())
    await start(later)
    await told(earlier, app, "One")

    async def look(motion: Motion) -> Titles | None:
        return await motion.state_of(topics.APPS, app, Titles)

    assert await later.performer.perform(look) == Titles(titles=("One",))
    await told(later, app, "Two")
    await told(earlier, app, "Three")
    assert await later.performer.perform(look) == Titles(titles=("One", "Two", "Three"))
    assert [entry["sequence"] for entry in await later.ledger(topics.APPS)] == [1, 2, 3]


async def test_a_start_with_the_same_folds_touches_no_state(database: Database) -> None:
    """States are folded again once: a second start of the same release leaves them as they are."""
    app = new_id()
    later = Parts("catalog", (LATER,), database, Published())
    await start(later)
    await told(later, app, "One")
    mark = {"_id": app, "state": {"titles": ["not what the events say"]}}
    await database.collection("state_apps").update_one({"_id": app}, {"$set": {"state": mark["state"]}})
    await start(Parts("catalog", (replace(LATER),), database, Published()))
    [state] = await later.stored("state_apps")
    assert state["state"] == mark["state"]
