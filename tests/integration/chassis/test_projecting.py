"""Read models on a real database: pure folds in bulk, the same whatever the order of writers (rule 9)."""

import random
from datetime import UTC, datetime
from typing import Any

import pytest

from chassis.build import Build
from chassis.handle import Outcome
from chassis.ledger import new_id
from chassis.mongo import Database, Document
from chassis.motions import Project
from chassis.projection import Projector
from chassis.wire import RawMessage
from contracts import topics
from contracts.apps.events import AppPublished
from contracts.community.events import ReviewPublished, ReviewRefused
from contracts.envelope import Event
from contracts.payload import Payload
from contracts.people import Personal
from tests.fakes.chassis_messages import app_published, sent
from tests.fakes.chassis_service import Parts
from tests.fakes.published import Published

pytestmark = [pytest.mark.integration, pytest.mark.kafka]


def app_of(event: Event[Any]) -> str:
    """Both topics speak of an app."""
    return str(event.data.app)


def fold_page(page: Document | None, event: Event[Any]) -> Document:
    """An app's page: its title from the catalog, its reviews from the community.

    Fails at "Bad"; of "Huge" it makes what no database takes.
    """
    page = page or {}
    if isinstance(event.data, AppPublished):
        if event.data.title == "Bad":
            raise ValueError("can't be folded")
        if event.data.title == "Huge":
            return {**page, "title": 2**70}
        return {**page, "title": event.data.title}
    ratings = {**page.get("ratings", {}), event.data.review: getattr(event.data, "rating", None)}
    return {**page, "ratings": dict(sorted(ratings.items()))}


def fold_line(_line: Document | None, event: Event[Any]) -> Document:
    """A line of a timeline."""
    return {"type": event.context.type, "subject": event.context.subject}


PAGES = Project("pages", 1, (topics.APPS, topics.REVIEWS), app_of, fold_page, indexes=(("title",),))
LINES = Project("lines", 2, (topics.APPS,), lambda event: event.context.id, fold_line, per_event=True)


def reviewed(app: str, rating: int) -> ReviewPublished:
    """A review that stands."""
    text = Personal(person=new_id(), key=new_id(), ciphertext="bm90IGEgc2VjcmV0")
    return ReviewPublished(review=new_id(), app=app, author=new_id(), rating=rating, text=text)


def arrivals(*payloads: Payload, first: int = 1) -> list[RawMessage]:
    """These events of one key, numbered on, as they arrive."""
    return [sent(payload, number).arrived(number) for number, payload in enumerate(payloads, first)]


async def projector(parts: Parts) -> Projector:
    """What folds the polls of this service."""
    return parts.projector


@pytest.fixture
def parts(database: Database) -> Parts:
    """A service that only reads."""
    return Parts("gateway", (PAGES, LINES), database, Published())


async def test_any_order_of_writers_gives_the_same_documents(database: Database) -> None:
    """Polls cut and shuffled anyhow, each key in its order and some of it twice, give the same read model."""
    apps = [new_id() for _ in range(3)]
    keys = [arrivals(*(app_published(app, title) for title in ("One", "Two", "Three"))) for app in apps]
    keys += [arrivals(reviewed(app, rating)) for app in apps for rating in (2, 5)]
    seen = []
    for seed in range(8):
        order = random.Random(seed)  # noqa: S311 - the same shuffles each time
        queues, mixed = [list(key) for key in keys], []
        while queue := [queue for queue in queues if queue]:
            mixed.append(order.choice(queue).pop(0))
        parts = Parts("gateway", (PAGES,), Database.__new__(Database), Published())
        name = f"{database.raw.name}_{seed}"
        parts = Parts("gateway", (PAGES,), renamed(database, name), Published())
        folding = await projector(parts)
        while mixed:
            size = order.randint(1, 4)
            poll, mixed = mixed[:size], mixed[size:]
            assert await folding.apply([*poll, *order.sample(poll, 1)]) == set()
        documents = await parts.stored("pages_v1")
        seen.append([{name: doc[name] for name in ("_id", "title", "ratings", "cursors")} for doc in documents])
    assert all(documents == seen[0] for documents in seen)
    assert [document["title"] for document in seen[0]] == ["Three"] * 3


def renamed(database: Database, name: str) -> Database:
    """The same server, another database."""
    other = Database.__new__(Database)
    other.client = database.client
    other._database = database.client[name]
    return other


async def test_a_gap_waits_and_is_filled(parts: Parts) -> None:
    """An event beyond a gap changes nothing and names its partition; after the missing one it is folded."""
    app = new_id()
    one, two, three = arrivals(*(app_published(app, title) for title in ("One", "Two", "Three")))
    folding = await projector(parts)
    assert await folding.apply([one, three]) == {(three.topic, three.partition)}
    assert (await parts.stored("pages_v1"))[0]["title"] == "One"
    assert await folding.apply([one, three, two]) == {(three.topic, three.partition)}
    assert await folding.apply([one, three, two]) == set()
    assert (await parts.stored("pages_v1"))[0]["title"] == "Three"


async def test_a_fold_that_throws_is_held_and_others_go_on(parts: Parts) -> None:
    """The message is held with its reason, later ones of its key queue behind it, other keys are folded."""
    app, other = new_id(), new_id()
    bad, after = arrivals(app_published(app, "Bad"), app_published(app, "Good"))
    [fine] = arrivals(app_published(other, "Fine"))
    folding = await projector(parts)
    assert await folding.apply([bad, after, fine]) == set()
    assert [(held["status"], held["reason"]) for held in await parts.stored("held")] == [
        ("held", "value-error"),
        ("queued", "behind-a-held-message"),
    ]
    assert [page["title"] for page in await parts.stored("pages_v1")] == ["Fine"]
    assert await folding.apply([bad, after, fine]) == set()
    assert len(await parts.stored("held")) == 2


async def test_a_document_that_no_database_takes_is_held(parts: Parts) -> None:
    """The one message whose document can't be stored is held; the others of its poll are folded."""
    huge, after = arrivals(app_published(app := new_id(), "Huge"), app_published(app, "Good"))
    [fine] = arrivals(app_published(new_id(), "Fine"))
    folding = await projector(parts)
    assert await folding.apply([huge, fine]) == set()
    assert await folding.apply([after]) == set()
    assert [(held["status"], held["reason"]) for held in await parts.stored("held")] == [
        ("held", "overflow-error"),
        ("queued", "behind-a-held-message"),
    ]
    assert [page["title"] for page in await parts.stored("pages_v1")] == ["Fine"]


async def test_a_key_that_throws_is_held(database: Database) -> None:
    """A projection that can't even say which document an event is for has the message held as well."""

    def nowhere(event: Event[Any]) -> str:
        raise LookupError(event.context.type)

    pages = Project("pages", 1, (topics.APPS,), nowhere, fold_page)
    parts = Parts("gateway", (pages,), database, Published())
    folding = await projector(parts)
    assert await folding.apply(arrivals(app_published(new_id()))) == set()
    assert [held["reason"] for held in await parts.stored("held")] == ["lookup-error"]


async def test_what_cant_be_read_is_held(parts: Parts) -> None:
    """Malformed bytes are held whole, and the same poll's other messages are folded."""
    broken = sent(app_published(new_id())).with_(value=b'{"broken').arrived(3)
    [fine] = arrivals(app_published(new_id(), "Fine"))
    await (await projector(parts)).apply([broken, fine])
    [held] = await parts.stored("held")
    assert (held["value"], held["reason"], held["offset"]) == (b'{"broken', "bad-data", 3)
    assert [page["title"] for page in await parts.stored("pages_v1")] == ["Fine"]


async def test_an_event_of_a_model_per_event_is_kept_once(parts: Parts) -> None:
    """A document per event needs no cursor: the event's own id keeps a repeat out."""
    [event] = arrivals(app_published(new_id()))
    folding = await projector(parts)
    await folding.apply([event, event])
    await folding.apply([event])
    [line] = await parts.stored("lines_v2")
    assert line["revision"] == 1


async def test_refused_reviews_are_events_like_others(parts: Parts) -> None:
    """Events of one key from one writer fold in their order, whatever their types."""
    app = new_id()
    [refused] = arrivals(ReviewRefused(review=new_id(), app=app, code="already-reviewed"))
    assert await (await projector(parts)).apply([refused]) == set()
    [page] = await parts.stored("pages_v1")
    assert list(page["ratings"].values()) == [None]
    assert await parts.handle(refused) is Outcome.PASSED


async def test_what_was_folded_before_a_held_message_is_not_queued_behind_it(parts: Parts) -> None:
    """When the log is read again from its start, only what came after the held message queues behind it."""
    poll = arrivals(*(app_published(app := new_id(), "Fine"), app_published(app, "Bad"), app_published(app, "Later")))
    folding = await projector(parts)
    await folding.apply(poll)
    assert [held["sequence"] for held in await parts.stored("held")] == [2, 3]
    again = await projector(await parts.memory())
    assert await again.apply(poll) == set()
    assert [held["sequence"] for held in await parts.stored("held")] == [2, 3]


async def redrive(parts: Parts, do: str = "redrive") -> None:
    """Mark what failed as an operator does, and let the service see it."""
    marked = {"$set": {"wish": {"do": do, "text": "a test"}}}
    await parts.database.collection("held").update_many({"status": "held"}, marked)
    await parts.sweep(datetime.now(UTC))


async def test_a_corrected_fold_takes_up_what_it_held(database: Database) -> None:
    """A redriven message is folded in its place, those behind it follow, and both have their effect once."""
    broken = True

    def fold(page: Document | None, event: Event[Any]) -> Document:
        if broken and event.data.title == "Bad":
            raise ValueError("can't be folded")
        return {"titles": [*(page or {}).get("titles", []), event.data.title]}

    pages = Project("pages", 1, (topics.APPS,), app_of, fold)
    parts = Parts("gateway", (pages, LINES), database, Published())
    app = new_id()
    poll = arrivals(*(app_published(app, title) for title in ("One", "Bad", "Three")))
    assert await parts.redelivery.fold(poll) == set()
    await redrive(parts)
    assert [held["attempts"] for held in await parts.stored("held")] == [2, 0]
    broken = False
    await redrive(parts)
    assert await parts.redelivery.fold(poll) == set()
    assert [page["titles"] for page in await parts.stored("pages_v1")] == [["One", "Bad", "Three"]]
    assert len(await parts.stored("lines_v2")) == 3
    assert await parts.stored("held") == []
    assert [event["sequence"] for event in await parts.ledger(topics.HELD_MESSAGES["gateway"])] == [1, 2, 3]


async def test_a_skipped_message_leaves_no_gap_in_any_document(parts: Parts, database: Database) -> None:
    """Later ones of its key are folded, now, in the next process and when the read model is built anew."""
    poll = arrivals(*(app_published(app := new_id(), "One"), app_published(app, "Bad"), app_published(app, "Three")))
    assert await parts.redelivery.fold(poll) == set()
    await redrive(parts, "skip")
    [page] = await parts.stored("pages_v1")
    assert (page["title"], await parts.stored("held")) == ("Three", [])
    [four] = arrivals(app_published(app, "Four"), first=4)
    assert await (await parts.memory()).redelivery.fold([*poll, four]) == set()
    assert [page["title"] for page in await parts.stored("pages_v1")] == ["Four"]
    build = Build(PAGES, "pages_anew", database)
    await build.prepare()
    await build.fold([*poll, four])
    assert await build.gaps() == set()
    assert [page["title"] for page in await parts.stored("pages_anew")] == ["Four"]
    assert await parts.stored("held") == []


async def test_what_is_redriven_while_a_model_is_built_gets_into_it(parts: Parts, database: Database) -> None:
    """The build that passed it over as held reads its partition again once it is held no more."""
    app = new_id()
    bad, two = arrivals(*(app_published(app, title) for title in ("Bad", "Two")))
    assert await parts.redelivery.fold([bad, two]) == set()
    build = Build(PAGES, "pages_anew", database)
    await build.prepare()
    await build.fold([bad, two])
    assert await build.gaps() == set()
    await redrive(parts, "skip")
    assert await build.gaps() == {(bad.topic, bad.partition)}
    await build.fold([bad, two])
    assert await build.gaps() == set()
    assert [page["title"] for page in await parts.stored("pages_anew")] == ["Two"]


async def test_behind_a_held_message_a_gap_is_seen_too(parts: Parts) -> None:
    """The one after a missing one is not queued; its partition is read again, and the order is kept."""
    app = new_id()
    bad, two, three = arrivals(*(app_published(app, title) for title in ("Bad", "Two", "Three")))
    assert await parts.redelivery.fold([bad, three]) == {(three.topic, three.partition)}
    assert await parts.redelivery.fold([two, three]) == set()
    await redrive(parts, "skip")
    assert [page["title"] for page in await parts.stored("pages_v1")] == ["Three"]
