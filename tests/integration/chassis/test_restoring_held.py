"""Messages that were held, redriven or skipped after the copy was made that a database is put back from (rules 5, 8).

One service meets every case at once, each under a key of its own: `Story` names them.
"""

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from chassis.held import HELD
from chassis.ledger import Motion, new_id
from chassis.motions import Keeps, On, Project, Row
from chassis.restore import restore
from chassis.waiting import WAITING
from chassis.wiring import Service
from contracts import topics
from contracts.community.requests import ReviewSubmitted
from contracts.envelope import Event
from contracts.payload import Payload
from tests.fakes.chassis_held import HELD_TOPIC, Mended, story, tell_skipped, wish
from tests.fakes.chassis_messages import app_published, review_submitted, sent
from tests.fakes.chassis_on_the_wire import send
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import READER, UNLUCKY, Answered, Parts, evolve, living, service, settings_for, until
from tests.fakes.database_copy import Document, copy_out, put_back

pytestmark = pytest.mark.integration

STRICT = 2
"""A review with this rating fails as long as its app is unknown, instead of waiting for it."""
LATE = 3
"""A review with this rating waits for its app, and then fails as the unlucky one does."""


@dataclass
class Story:
    """The keys of one run, and what becomes of the messages under each."""

    mended: Mended = field(default_factory=Mended)
    known: str = field(default_factory=new_id)
    comes_later: str = field(default_factory=new_id)
    never_comes: str = field(default_factory=new_id)
    stays: str = field(default_factory=new_id)
    redriven: str = field(default_factory=new_id)
    skipped: str = field(default_factory=new_id)
    fails_again: str = field(default_factory=new_id)
    bytes_stay: str = field(default_factory=new_id)
    bytes_skipped: str = field(default_factory=new_id)
    wants_what_comes_later: str = field(default_factory=new_id)
    then_waits: str = field(default_factory=new_id)
    had_waited: str = field(default_factory=new_id)

    @property
    def rows(self) -> tuple[Row, ...]:
        """What the service does, and how often it did that."""

        async def answer(event: Event[ReviewSubmitted], motion: Motion) -> None:
            place = f"{event.context.subject}/{event.context.number}"
            await motion.collection("effects").change({"_id": place}, {"$inc": {"times": 1}}, upsert=True)
            known = await motion.collection("known_apps").get(event.data.app) is not None
            if event.data.rating == STRICT and not known:
                raise LookupError("nobody said that it would come")
            unlucky = event.data.model_copy(update={"rating": UNLUCKY})
            await self.mended.answer(
                Event(event.context, unlucky) if event.data.rating == LATE and known else event, motion
            )

        return (READER[0], On(ReviewSubmitted, answer, skipped=tell_skipped), Keeps(topics.REVIEWS, Answered, evolve))

    async def held(self, bootstrap: str) -> None:
        """Send everything that is held, each with a message behind it."""
        queues = (self.stays, self.redriven, self.skipped, self.fails_again, self.then_waits)
        apps = {self.then_waits: self.never_comes}
        for key in queues:
            app = apps.get(key, self.known)
            await tell(bootstrap, review_submitted(app, review=key, rating=UNLUCKY))
            await tell(bootstrap, review_submitted(app, review=key), 2)
        for key in (self.bytes_stay, self.bytes_skipped):
            broken = sent(review_submitted(self.known, review=key)).with_header("ce_actor", b"\xff")
            await send(bootstrap, broken, sent(review_submitted(self.known, review=key), 2))
        await tell(bootstrap, review_submitted(self.comes_later, review=self.wants_what_comes_later, rating=STRICT))
        await tell(bootstrap, review_submitted(self.comes_later, review=self.had_waited, rating=LATE))


async def tell(bootstrap: str, payload: Payload, number: int = 1) -> None:
    """Send a message of another service."""
    await send(bootstrap, sent(payload, number))


async def puts_aside(parts: Parts, held: int, waiting: int) -> None:
    """Wait until so many messages are held, and so many wait."""

    async def aside() -> bool:
        return (len(await parts.stored(HELD)), len(await parts.stored(WAITING))) == (held, waiting)

    await until(aside, f"{held} are held and {waiting} wait")


async def operate(parts: Parts, tale: Story) -> None:
    """What operators do, and what arrives meanwhile."""
    await wish_for(parts, tale.fails_again)

    async def failed_again() -> bool:
        return bool(await parts.stored(HELD, key_text=tale.fails_again, attempts=2))

    await until(failed_again, "it failed again")
    tale.mended.broken = False
    for key in (tale.redriven, tale.then_waits, tale.wants_what_comes_later):
        await wish_for(parts, key)
    for key in (tale.skipped, tale.bytes_skipped):
        await wish_for(parts, key, "skip", text="written by hand")


async def wish_for(parts: Parts, key: str, do: str = "redrive", **more: Any) -> None:
    """Mark the message of one key that failed."""
    marked = {"do": do, **more}
    await parts.database.collection(HELD).update_one({"status": "held", "key_text": key}, {"$set": {"wish": marked}})


async def kept(parts: Parts, tale: Story) -> dict[str, list[Document]]:
    """What the service knows, as far as it shows: nobody was told the ids of what only queues.

    That a held message had waited before, and was counted then, is left out.
    """
    known = {name: await parts.stored(name) for name in ("state_reviews", "known_apps", "effects", "cursors", "ledger")}
    known["cursors"] = [one for one in known["cursors"] if tale.had_waited not in one["_id"]]
    for one in known["cursors"]:
        one.pop("taken_up", None)
    for one in known["ledger"]:
        one.pop("unpublished", None)
        one.pop("by", None)
        one.pop("recorded", None)
    shown = ("_id", "status", "reason", "attempts", "turn", "wish")
    known[HELD] = [{name: one.get(name) for name in shown} for one in await parts.stored(HELD)]
    known["told as"] = [{one["_id"]: one["held"]} for one in await parts.stored(HELD, status="held")]
    known[WAITING] = [{"_id": one["_id"], "awaits": one["awaits"]} for one in await parts.stored(WAITING)]
    return known


@pytest.mark.parametrize("copied", ["before", "while-held"])
async def test_what_was_put_aside_after_the_copy_is_as_it_was(
    copied: str, broker: BrokerProcess, database_process: DatabaseProcess, tmp_path: Path
) -> None:
    """The skipped stays skipped, the redriven had its effect once, the held is held as the same, in their queues."""
    tale, settings = Story(), settings_for(broker.bootstrap, database_process.url)
    community = service("community", tale.rows, database_process.url, new_id().replace("-", ""))
    name = community.database.raw.name
    async with living(community, settings) as running:
        await tell(broker.bootstrap, app_published(tale.known))
        await until(lambda: running.stored("known_apps"), "the app is known")
        if copied == "before":
            copy_out(database_process.url, [name], tmp_path)
        await tale.held(broker.bootstrap)
        await puts_aside(running, 15, 1)
        if copied == "while-held":
            copy_out(database_process.url, [name], tmp_path)
        await tell(broker.bootstrap, app_published(tale.comes_later))
        await puts_aside(running, 16, 0)
        await operate(running, tale)
        await puts_aside(running, 7, 2)
    now, told = await kept(community, tale), await story(community)

    put_back(database_process.url, tmp_path)
    done = await restore(Service("community", settings, tale.rows, lambda motion: motion), community.database)

    assert (done.not_handled, done.beyond_a_hole) == ([], [])
    assert await story(community) == told
    async with living(community, settings) as running:
        await puts_aside(running, 7, 2)
        assert await kept(running, tale) == now
        await wish(running)
        await tell(broker.bootstrap, app_published(tale.never_comes))
        await puts_aside(running, 2, 0)
        assert [one["key_text"] for one in await running.stored(HELD)] == [tale.bytes_stay] * 2
        assert {one["times"] for one in await running.stored("effects")} == {1}
        assert len(await running.ledger(topics.REVIEWS)) == 13
    assert sorted((await story(community))[len(told) :]) == ["held.v1", *["redriven.v1"] * 3]
    assert len({entry["key"] for entry in await community.ledger(HELD_TOPIC)}) == 9
    community.database.close()


class Pages:
    """A read model whose fold fails at one title until the cause is corrected."""

    def __init__(self) -> None:
        self.broken = True

    def fold(self, page: Document | None, event: Event[Any]) -> Document:
        """The titles that an app had."""
        if event.data.title == "Bad" and self.broken:
            raise ValueError("not yet corrected")
        return {"titles": [*(page or {}).get("titles", []), event.data.title]}

    @property
    def row(self) -> Project:
        """Its row in the table."""
        return Project("pages", 1, (topics.APPS,), lambda event: str(event.data.app), self.fold)


@pytest.mark.parametrize("copied", ["before", "while-held"])
async def test_read_models_are_as_they_were(
    copied: str, broker: BrokerProcess, database_process: DatabaseProcess, tmp_path: Path
) -> None:
    """Where messages are only folded too: skipped and redriven as before, and the held is held as the same."""
    pages, settings = Pages(), settings_for(broker.bootstrap, database_process.url)
    stays, redriven, skipped = new_id(), new_id(), new_id()
    gateway = service("gateway", (pages.row,), database_process.url, new_id().replace("-", ""))
    name = gateway.database.raw.name

    async def shown() -> tuple[Any, ...]:
        documents = {one["_id"]: one["titles"] for one in await gateway.stored("pages_v1")}
        held = [(one["_id"], one["status"], one["reason"]) for one in await gateway.stored(HELD)]
        entries = await gateway.ledger(topics.HELD_MESSAGES["gateway"])
        told = [(entry["_id"], dict(entry["headers"])["ce_id"]) for entry in entries]
        return documents, held, [one["held"] for one in await gateway.stored(HELD, status="held")], told

    copy_out(database_process.url, [name], tmp_path)
    async with living(gateway, settings) as running:
        for app in (stays, redriven, skipped):
            await tell(broker.bootstrap, app_published(app, "Bad"))
            await tell(broker.bootstrap, app_published(app, "Good"), 2)
        await puts_aside(running, 6, 0)
        if copied == "while-held":
            copy_out(database_process.url, [name], tmp_path)
        pages.broken = False
        await wish_for(running, redriven)
        await wish_for(running, skipped, "skip", text="written by hand")
        await puts_aside(running, 2, 0)
    now = await shown()
    assert now[0] == {redriven: ["Bad", "Good"], skipped: ["Good"]}

    put_back(database_process.url, tmp_path)
    done = await restore(Service("gateway", settings, (pages.row,), lambda motion: motion), gateway.database)
    assert (done.not_handled, done.beyond_a_hole) == ([], [])
    async with living(gateway, settings):

        async def as_it_was() -> bool:
            return await shown() == now

        await until(as_it_was, "all is as it was")
        assert await gateway.stored("cursors") == []
    gateway.database.close()
