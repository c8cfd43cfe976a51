"""Read models built beside the ones that serve, on the real broker and database (rule 9)."""

import asyncio
import contextlib
from dataclasses import replace
from typing import Any

import pytest

from chassis import build, rebuild, versions
from chassis.build import Build
from chassis.builds import Builds
from chassis.documents import Documents
from chassis.errors import Conflict, NotNow
from chassis.handle import Outcome
from chassis.health import Readiness
from chassis.held import HELD
from chassis.ledger import new_id
from chassis.mongo import Database, Document
from chassis.motions import Project
from chassis.rebuild import Builder
from chassis.versions import REGISTRY
from chassis.wire import read_context, read_event
from contracts import topics
from contracts.envelope import Event
from tests.fakes.chassis_messages import Sent, app_published, sent
from tests.fakes.chassis_on_the_wire import send
from tests.fakes.chassis_processes import BrokerProcess
from tests.fakes.chassis_read_models import EPOCH, ask_rebuild, digest_of, reading
from tests.fakes.chassis_service import Parts, delivery, settings_for, until
from tests.fakes.published import Published

pytestmark = pytest.mark.integration


def fold_title(page: Document | None, event: Event[Any]) -> Document:
    """The newest title, and how many there were."""
    return {"title": event.data.title, "titles": (page or {}).get("titles", 0) + 1}


def fold_length(page: Document | None, event: Event[Any]) -> Document:
    """The next release's fold; it throws at what the last one took."""
    if event.data.title == "Unloved":
        raise ValueError("can't be folded")
    return {**fold_title(page, event), "length": len(event.data.title)}


PAGES = Project("pages", 1, (topics.APPS,), lambda event: str(event.data.app), fold_title, indexes=(("title",),))
LONGER = replace(PAGES, fold=2, apply=fold_length)


def history(apps: int, titles: int = 3, first: int = 1) -> list[Sent]:
    """So many apps, each published so many times."""
    ids = [f"01936c7e-0000-7000-8000-{number:012x}" for number in range(apps)]
    return [
        sent(app_published(app, f"Title {number}"), number) for number in range(first, first + titles) for app in ids
    ]


@pytest.fixture
def parts(database: Database) -> Parts:
    """A service that reads with the fold of this release."""
    return Parts("gateway", (PAGES,), database, Published())


def with_fold(parts: Parts, model: Project) -> Parts:
    """The same service and database, another release."""
    return Parts(parts.service, (model,), parts.database, Published())


async def test_a_rebuild_under_way_takes_in_what_arrives_and_ends_with_the_same_digest(
    parts: Parts, broker: BrokerProcess, mongo: str
) -> None:
    """What a rebuild made says the same as what served before, events that came meanwhile included."""
    settings = settings_for(broker.bootstrap, mongo)
    await send(broker.bootstrap, *history(30))
    async with reading(parts, settings, polls=True) as reader:
        await reader.serves(PAGES, "pages_v1")
        await reader.count("pages_v1", 30)
        before = await reader.digest(PAGES)
        await ask_rebuild(parts.database, PAGES)
        await reader.serves(PAGES, "pages_v1_r2")
        assert await reader.digest(PAGES) == before

        await ask_rebuild(parts.database, PAGES)
        more = [sent(app_published(new_id(), "Meanwhile")) for _ in range(20)]
        for message in more:
            await send(broker.bootstrap, message)
        await reader.serves(PAGES, "pages_v1_r3")
        await reader.count("pages_v1_r3", 50)
        assert "pages_v1" not in await parts.database.raw.list_collection_names()


async def test_a_new_fold_builds_beside_the_old_one_and_takes_over(
    parts: Parts, broker: BrokerProcess, mongo: str
) -> None:
    """While the new fold is built the old documents answer; then all have the new shape, and nothing is missing."""
    settings = settings_for(broker.bootstrap, mongo)
    async with reading(parts, settings) as reader:
        await reader.hear(*history(10))
        await reader.serves(PAGES, "pages_v1")
    newer = with_fold(parts, LONGER)
    async with reading(newer, settings, builds=False) as replica:
        assert replica.versions.serving(LONGER) == "pages_v1"
        await replica.hear(*history(10, titles=1, first=4))
        assert [page["titles"] for page in await parts.stored("pages_v1")] == [4] * 10
        async with reading(newer, settings) as leader:
            await leader.serves(LONGER, "pages_v2")

        async def noticed() -> bool:
            return replica.versions.serving(LONGER) == "pages_v2"

        await until(noticed, "the other replica sees the switch", within=3)
        await replica.hear(*history(10, titles=1, first=5))
        pages = await parts.stored("pages_v2")
        assert [(page["titles"], page["length"]) for page in pages] == [(5, 7)] * 10


async def test_what_takes_over_is_whole_from_its_first_moment(
    parts: Parts, broker: BrokerProcess, mongo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many fetches the log takes, nothing serves before the last of it is folded."""
    monkeypatch.setattr(rebuild, "_RECORDS", 20)
    whole: list[int] = []
    serve = Builds.serve

    async def counted(builds: Builds, name: str, building: str) -> bool:
        whole.append(len(await parts.stored(building)))
        return await serve(builds, name, building)

    monkeypatch.setattr(Builds, "serve", counted)
    settings = settings_for(broker.bootstrap, mongo)
    await send(broker.bootstrap, *history(70, titles=1))
    async with reading(parts, settings) as reader:
        await reader.serves(PAGES, "pages_v1")
        await ask_rebuild(parts.database, PAGES)
        await reader.serves(PAGES, "pages_v1_r2")
    assert set(whole) == {70}


async def test_a_builder_may_die_at_any_moment(parts: Parts, broker: BrokerProcess, mongo: str) -> None:
    """However often it is killed and started again, it ends with the same documents as the polls."""
    settings = settings_for(broker.bootstrap, mongo)
    async with reading(parts, settings, builds=False) as reader:
        await reader.hear(*history(40))
        await ask_rebuild(parts.database, PAGES)
        for step in range(12):
            builder = Builder(reader.versions, parts.database, settings, EPOCH, 0.05, 0.05)
            task = asyncio.create_task(builder.build_forever())
            await asyncio.wait({task}, timeout=0.02 * step)
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
        before = await digest_of(parts.database, PAGES, "pages_v1")
        async with reading(parts, settings) as successor:
            await successor.serves(PAGES, "pages_v1_r2")
            assert await successor.digest(PAGES) == before


async def test_a_fold_that_throws_ends_its_build_and_what_serves_goes_on(
    parts: Parts, broker: BrokerProcess, mongo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The build stops with event and reason in the registry and in /ready; the old documents take new events."""
    monkeypatch.setattr(build, "_HELD_SECONDS", 0.01)
    settings = settings_for(broker.bootstrap, mongo)
    async with reading(parts, settings) as reader:
        await reader.hear(sent(app_published(app := new_id(), "Unloved")))
        await reader.serves(PAGES, "pages_v1")
    async with reading(with_fold(parts, LONGER), settings) as reader:

        async def told() -> bool:
            return any("value-error" in note for note in reader.readiness.report()["notes"])

        await until(told, "the failed build is told")
        [found] = await parts.stored(REGISTRY)
        assert (found["serving"], found["failed"]["key"], found["failed"]["sequence"]) == ("pages_v1", app, 1)
        await reader.hear(sent(app_published(new_id(), "Later")))
        assert len(await parts.stored("pages_v1")) == 2
        assert reader.readiness.report()["reasons"] == ["starting"]


async def test_what_is_held_stays_out_of_a_rebuild(parts: Parts, broker: BrokerProcess, mongo: str) -> None:
    """A message that the polls hold, and those queued behind it, are passed over; the rest is built."""
    loved = with_fold(parts, replace(PAGES, apply=fold_length))
    settings = settings_for(broker.bootstrap, mongo)
    async with reading(loved, settings) as reader:
        await reader.serves(PAGES, "pages_v1")
        bad, fine = new_id(), new_id()
        titles = ("First", "Unloved", "Third")
        await reader.hear(*(sent(app_published(bad, title), number) for number, title in enumerate(titles, 1)))
        broken = sent(app_published(fine, "Broken"), 2).with_(value=b"{")
        await reader.hear(sent(app_published(fine, "Fine")), broken, sent(app_published(fine, "Behind"), 3))
        await ask_rebuild(parts.database, PAGES)
        await reader.serves(PAGES, "pages_v1_r2")
        assert [page["title"] for page in await parts.stored("pages_v1_r2")] == ["First", "Fine"]


async def test_what_is_redriven_while_it_is_built_is_read_again(parts: Parts) -> None:
    """A build that passed over a held message asks for its partition again once that message is not held any more."""
    loved = replace(PAGES, apply=fold_length)
    polls = await delivery(with_fold(parts, loved))
    titles, app = ("First", "Unloved", "Third"), new_id()
    raws = [sent(app_published(app, title), number).arrived(number) for number, title in enumerate(titles, 1)]
    await polls(raws)
    beside = Build(PAGES, "pages_v1_r2", parts.database)
    await beside.prepare()
    await beside.fold(raws)
    assert await beside.gaps() == set()
    held = parts.database.collection(HELD)
    await held.delete_one({"sequence": 2})  # as a redrive does; the third still queues
    assert await beside.gaps() == {(raws[0].topic, raws[0].partition)}
    await beside.fold(raws)
    assert await beside.gaps() == set()
    assert [page["title"] for page in await parts.stored("pages_v1_r2")] == ["Unloved"]


async def test_what_this_release_cant_read_does_not_serve(parts: Parts, broker: BrokerProcess, mongo: str) -> None:
    """A fold that reads nothing older serves its own from the start, and is not ready until they are whole."""
    settings = settings_for(broker.bootstrap, mongo)
    async with reading(parts, settings) as reader:
        await reader.hear(*history(3))
        await reader.serves(PAGES, "pages_v1")
    breaking = with_fold(parts, replace(LONGER, reads_from=2))
    async with reading(breaking, settings, builds=False) as waiting:
        assert waiting.versions.serving(LONGER) == "pages_v2"
        waiting.versions.tell(readiness := Readiness("gateway"))
        assert "being built, and nothing older can be read: pages" in readiness.report()["reasons"]
        async with reading(breaking, settings) as leader:
            await leader.serves(LONGER, "pages_v2")
        await waiting.versions.look()
        waiting.versions.tell(readiness)
        assert readiness.report()["reasons"] == ["starting"]
        assert len(await parts.stored("pages_v2")) == 3


async def test_a_release_that_was_overtaken_folds_nothing(parts: Parts, broker: BrokerProcess, mongo: str) -> None:
    """A replica of the older release leaves its messages alone once the newer fold serves."""
    settings = settings_for(broker.bootstrap, mongo)
    async with reading(parts, settings) as older:
        await older.serves(PAGES, "pages_v1")
        async with reading(with_fold(parts, LONGER), settings) as newer:
            await newer.serves(LONGER, "pages_v2")
            await older.versions.look()
            with pytest.raises(NotNow, match="newer release"):
                await older.hear(*history(4, titles=1))
            await newer.hear(*history(4, titles=1))
            assert len(await parts.stored("pages_v2")) == 4
            assert await parts.stored("pages_v1") == []


async def test_a_replica_that_slept_through_a_switch_folds_again(
    parts: Parts, broker: BrokerProcess, mongo: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A poll that began before the switch and ends long after it is folded into what serves now."""
    settings = settings_for(broker.bootstrap, mongo)
    async with reading(parts, settings, builds=False) as slow, reading(parts, settings) as leader:
        await leader.serves(PAGES, "pages_v1")
        [message] = history(1, titles=1)
        stored = Documents.store

        async def sleep_first(documents: Documents) -> None:
            monkeypatch.setattr(Documents, "store", stored)
            await ask_rebuild(parts.database, PAGES)
            await leader.serves(PAGES, "pages_v1_r2")
            monkeypatch.setattr(versions, "STALE_SECONDS", 0.0)
            await stored(documents)

        monkeypatch.setattr(Documents, "store", sleep_first)
        await slow.projector.apply([message.arrived()])
        assert [page["title"] for page in await parts.stored("pages_v1_r2")] == ["Title 1"]


async def test_a_replica_that_was_stopped_between_reading_and_writing_loses(parts: Parts) -> None:
    """What a newer owner of the partition wrote meanwhile stands, and the events of the sleeper are folded once."""
    app = new_id()
    messages = [sent(app_published(app, f"Title {number}"), number).arrived(number) for number in (1, 2, 3, 4)]
    events = [read_event(raw, read_context(raw)) for raw in messages]

    async def read() -> Documents:
        documents = Documents(parts.database, PAGES, PAGES.collection)
        await documents.load([app])
        return documents

    for first, second in ((0, 1), (2, 3)):  # a document that was not there, and one that was
        sleeper, owner = await read(), await read()
        assert sleeper.fold(topics.APPS.name, events[first]) is Outcome.HANDLED
        assert [owner.fold(topics.APPS.name, events[n]) for n in (first, second)] == [Outcome.HANDLED] * 2
        await owner.store()
        with pytest.raises(Conflict):
            await sleeper.store()
        assert (await read()).fold(topics.APPS.name, events[first]) is Outcome.REPEAT
        [page] = await parts.stored(PAGES.collection)
        assert (page["titles"], page["revision"]) == (second + 1, second + 1)
