"""Bad input on a real broker: each is held whole with its reason or passed, and what is right goes on beside it."""

import pytest

from chassis.held import HELD
from chassis.ledger import new_id
from chassis.mongo import Database
from tests.fakes.chassis_database import FullDatabase
from tests.fakes.chassis_held import Mended, corrected_by
from tests.fakes.chassis_messages import Sent, app_published, review_submitted, sent
from tests.fakes.chassis_on_the_wire import answered, answers, send
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import UNLUCKY, Parts, living, settings_for, until
from tests.fakes.published import Published

pytestmark = pytest.mark.integration

TYPE = "ce_type"


def wrong_ones(app: str) -> dict[str, Sent]:
    """Messages that are wrong in one place, by what they are held for; each has a key of its own."""

    def right() -> Sent:
        return sent(review_submitted(app))

    published = sent(app_published(new_id()))
    return {
        "json": right().with_(value=b'{"broken'),
        "schema": right().with_(value=b'{"review": 4}'),
        "type": right().with_header(TYPE, b"nl.appstore.review.exploded.v1"),
        "version": right().with_header(TYPE, b"nl.appstore.review.submitted.v9"),
        "topic": right().with_(headers=published.headers, key=published.key, value=published.value),
        "too-large": right().with_(value=b" " * 300_000),
        "over-the-writers-limit": right().with_(value=b" " * 100_000 + b"{}"),
        "not-utf8": right().with_header("ce_actor", b"\xff\xfe"),
        "empty-header": right().with_header("ce_id", b""),
        "no-key": right().with_(key=None),
        "subject": right().with_header("ce_subject", new_id().encode()),
        "handler": sent(review_submitted(app, rating=UNLUCKY)),
    }


REASONS = {
    "json": "bad-data",
    "schema": "bad-data",
    "type": "unknown-type",
    "version": "unknown-type",
    "topic": "wrong-topic",
    "too-large": "too-large",
    "over-the-writers-limit": "bad-data",
    "not-utf8": "bad-envelope",
    "empty-header": "bad-envelope",
    "no-key": "bad-envelope",
    "subject": "bad-envelope",
    "handler": "value-error",
}


@pytest.fixture
def community(database: Database) -> Parts:
    """A service that fails at one rating until it is corrected."""
    return corrected_by(Mended(), database)


async def test_each_bad_message_ends_in_a_clear_state(
    broker: BrokerProcess, database_process: DatabaseProcess, community: Parts
) -> None:
    """Held once with its exact bytes and reason; a large one that is right is handled, one nobody wants is passed."""
    app = new_id()
    bad = wrong_ones(app)
    large = sent(review_submitted(app))
    large = large.with_(value=(large.value or b"")[:-1] + b" " * 100_000 + b"}")
    unwanted = sent(app_published(other := new_id())).with_header(TYPE, b"nl.appstore.app.withdrawn.v1")
    unwanted = unwanted.with_(value=f'{{"app":"{other}","name":"an-app"}}'.encode())
    unheard = sent(review_submitted(later := new_id()))
    async with living(community, settings_for(broker.bootstrap, database_process.url)) as alive:
        await send(broker.bootstrap, sent(app_published(app)), *bad.values(), unwanted, large, unheard)
        await send(broker.bootstrap, sent(review_submitted(app)))
        await until(lambda: answered(alive, 2), "the large one and the last one are answered")
        await until(lambda: alive.stored("waiting"), "what is not known yet waits")
        await until(lambda: queued(alive, len(bad)), "every bad one is held")
        found = {bytes(one["value"]) + bytes(one["key"] or b""): one for one in await alive.stored(HELD)}
        await send(broker.bootstrap, sent(app_published(later)))
        await until(lambda: answered(alive, 3), "what waited is answered when its app arrives")
    assert len(found) == len(bad)
    assert {name: found[(one.value or b"") + (one.key or b"")]["reason"] for name, one in bad.items()} == REASONS
    for one in bad.values():
        stored = found[(one.value or b"") + (one.key or b"")]
        assert [(name, bytes(value)) for name, value in stored["headers"]] == list(one.headers)
    cursors = {one["_id"]: one["sequence"] for one in await community.stored("cursors")}
    assert cursors[f"catalog.apps/{other}"] == 1


async def test_what_could_not_be_held_at_first_is_held(
    broker: BrokerProcess, database_process: DatabaseProcess, community: Parts
) -> None:
    """When the database refuses the held message, it is delivered again until that is stored; nothing passes it."""
    app = new_id()
    full = FullDatabase(community.database, HELD)
    parts = Parts("community", community.rows, full, Published())
    bad = sent(review_submitted(app, rating=UNLUCKY))
    after = sent(review_submitted(app)).with_(partition=bad.partition)

    async def refused() -> bool:
        return full.refused > 0

    async with living(parts, settings_for(broker.bootstrap, database_process.url)) as alive:
        full.full = True
        await send(broker.bootstrap, sent(app_published(app)), bad, after)
        await until(refused, "the database refused to hold it")
        assert await answers(community) == 0
        full.full = False
        await until(lambda: answered(alive, 1), "the one after it is answered")
    assert [one["reason"] for one in await community.stored(HELD)] == ["value-error"]


async def test_a_redrive_on_the_wire_keeps_the_order(
    broker: BrokerProcess, database_process: DatabaseProcess, database: Database
) -> None:
    """While messages of the key go on arriving and are delivered twice, each is handled once and in its turn."""
    mended, app, review = Mended(), new_id(), new_id()
    community = corrected_by(mended, database)
    requests = [sent(review_submitted(app, review=review, rating=UNLUCKY if n == 1 else 4), n) for n in range(1, 31)]
    async with living(community, settings_for(broker.bootstrap, database_process.url)) as alive:
        await send(broker.bootstrap, sent(app_published(app)), *requests[:10])
        await until(lambda: queued(alive, 10), "they queue")
        mended.broken = False
        marked = {"$set": {"wish": {"do": "redrive"}}}
        await database.collection(HELD).update_one({"status": "held"}, marked)
        for one in range(10, 30, 5):
            await send(broker.bootstrap, *requests[one - 5 : one], *requests[one : one + 5])
        await until(lambda: answered(alive, 30), "all are answered")
    assert mended.done == list(range(1, 31))
    assert await community.stored(HELD) == []


async def queued(parts: Parts, count: int) -> bool:
    """Whether so many are held or queue."""
    return len(await parts.stored(HELD)) == count
