"""What an operator wants handled again is handled by the service, in the order of its key (rule 8)."""

from collections.abc import Callable
from typing import Any

import pytest

from chassis.handle import Outcome
from chassis.held import HELD
from chassis.ledger import Motion, new_id
from chassis.mongo import Database
from chassis.motions import On
from contracts import topics
from contracts.envelope import Event, padded
from tests.fakes.chassis_held import HELD_TOPIC, Mended, a_queue, corrected_by, now, story, wish
from tests.fakes.chassis_messages import app_published, review_submitted, sent
from tests.fakes.chassis_service import READER, UNLUCKY, Parts, remember
from tests.fakes.published import Published

pytestmark = pytest.mark.integration


@pytest.fixture
def mended() -> Mended:
    """A handler to correct."""
    return Mended()


@pytest.fixture
def parts(database: Database, mended: Mended) -> Parts:
    """A service without a broker."""
    return corrected_by(mended, database)


async def test_nothing_happens_until_an_operator_asks(parts: Parts, mended: Mended) -> None:
    """A held message and its queue stay as they are, also when the cause is corrected."""
    await a_queue(parts)
    mended.broken = False
    await now(parts)
    assert len(await parts.stored(HELD)) == 3
    assert mended.done == []


async def test_a_redriven_queue_follows_in_its_order(parts: Parts, mended: Mended) -> None:
    """The first is handled, those behind it follow by sequence, then new ones go straight on; it is told once."""
    app, messages = await a_queue(parts)
    mended.broken = False
    await wish(parts)
    await now(parts)
    assert mended.done == [1, 2, 3]
    assert await parts.stored(HELD) == []
    assert await story(parts) == ["held.v1", "redriven.v1"]
    assert [await parts.handle(one) for one in messages] == [Outcome.REPEAT] * 3
    later = sent(review_submitted(app, review=messages[0].key_text), 4).arrived(4)
    assert await parts.handle(later) is Outcome.HANDLED
    assert [entry["sequence"] for entry in await parts.ledger(topics.REVIEWS)] == [1, 2, 3, 4]
    assert dict((await parts.ledger(HELD_TOPIC))[1]["headers"])["ce_cause"].endswith(f"/{padded(1)}")


async def test_what_fails_again_is_held_again_with_the_new_reason(parts: Parts) -> None:
    """One held message with one id, its attempts counted, the former reason kept; its queue waits on."""
    await a_queue(parts)
    before = (await parts.stored(HELD))[0]
    await wish(parts)
    await now(parts)
    await now(parts)
    [first, *behind] = await parts.stored(HELD)
    assert (first["held"], first["attempts"], first["status"], len(behind)) == (before["held"], 2, "held", 2)
    assert "wish" not in first
    assert [one["reason"] for one in first["history"]] == ["value-error"]
    assert await story(parts) == ["held.v1", "held.v1"]


async def test_a_queued_one_that_fails_is_held_in_its_turn(parts: Parts, mended: Mended) -> None:
    """The queue stops at the one that fails, which is told as held; a second redrive goes on from there."""
    app, messages = await a_queue(parts, 2)
    bad = sent(review_submitted(app, review=messages[0].key_text, rating=UNLUCKY), 3).arrived(3)
    after = sent(review_submitted(app, review=messages[0].key_text, rating=5), 4).arrived(4)
    assert [await parts.handle(bad), await parts.handle(after)] == [Outcome.HELD] * 2
    await parts.database.collection(HELD).update_one({"sequence": 1}, {"$set": {"wish": {"do": "skip", "text": "x"}}})
    await now(parts)
    assert mended.done == [2]
    assert [(one["sequence"], one["status"]) for one in await parts.stored(HELD)] == [(3, "held"), (4, "queued")]
    mended.broken = False
    await wish(parts)
    await now(parts)
    assert mended.done == [2, 3, 4]
    assert await story(parts) == ["held.v1", "skipped.v1", "held.v1", "redriven.v1"]


async def test_new_arrivals_queue_until_the_queue_is_empty(parts: Parts, mended: Mended) -> None:
    """What comes between two steps of a long queue waits behind it: nothing overtakes."""
    app, messages = await a_queue(parts)
    mended.broken = False
    await wish(parts)
    # One step only, as when a sweep was interrupted.
    [spot] = await parts.handler.held.wished()
    assert await parts.redelivery.redrive._settle(spot)
    late = sent(review_submitted(app, review=messages[0].key_text), 4).arrived(4)
    assert await parts.handle(late) is Outcome.HELD
    assert await parts.handle(messages[1]) is Outcome.REPEAT
    await now(parts)
    assert mended.done == [1, 2, 3, 4]


async def test_a_process_that_died_in_the_middle_is_gone_on_from(parts: Parts, mended: Mended) -> None:
    """After any number of steps a new process finishes the queue, without a repeat and without being asked again."""
    for steps in range(4):
        _, messages = await a_queue(parts)
        mended.broken = False
        await wish(parts)
        for _ in range(steps):
            [spot] = await parts.handler.held.wished()
            assert await parts.redelivery.redrive._settle(spot)
        other = await parts.memory()
        assert await other.handle(messages[steps - 1] if steps else messages[0]) is Outcome.REPEAT
        await now(other)
        assert mended.done == [1, 2, 3]
        assert await parts.stored(HELD) == []
        parts, mended.done, mended.broken = other, [], True


async def test_two_replicas_that_redrive_have_one_effect(parts: Parts, mended: Mended) -> None:
    """Whoever commits first takes it out; the other one finds nothing and holds nothing."""
    _, messages = await a_queue(parts)
    other = await parts.memory()
    mended.broken = False
    await wish(parts)
    await now(parts)
    await now(other)
    assert mended.done == [1, 2, 3]
    assert not other.handler.held.blocks(messages[0].topic, messages[0].key_text)
    assert [entry["sequence"] for entry in await parts.ledger(topics.REVIEWS)] == [1, 2, 3]


async def test_what_another_replica_handled_is_not_done_again(parts: Parts, mended: Mended) -> None:
    """A message whose effect was had elsewhere leaves the queue without a second one."""
    _, messages = await a_queue(parts, 1)
    mended.broken = False
    elsewhere = Parts("community", parts.rows, parts.database, Published())
    assert await elsewhere.handle(messages[0]) is Outcome.HANDLED
    await wish(parts)
    await now(parts)
    assert await parts.stored(HELD) == []
    assert len(await parts.ledger(topics.REVIEWS)) == 1


async def test_a_gap_in_the_queue_is_not_crossed(parts: Parts, mended: Mended) -> None:
    """Behind a held message too, the one after a missing one is asked for again, and handled in its turn."""
    app, messages = await a_queue(parts, 1)
    two, three = (sent(review_submitted(app, review=messages[0].key_text), number).arrived(number) for number in (2, 3))
    assert await parts.handle(three) is Outcome.GAP
    assert await parts.handle(two) is Outcome.HELD
    assert await parts.handle(three) is Outcome.HELD
    mended.broken = False
    await wish(parts)
    await now(parts)
    assert mended.done == [1, 2, 3]


async def test_a_redriven_message_may_have_to_wait(parts: Parts, mended: Mended) -> None:
    """What turns out to be about something not known yet waits with those behind it, and follows when that comes."""
    app, review = new_id(), new_id()
    bad, after = (sent(review_submitted(app, review=review, rating=r), r).arrived(r) for r in (UNLUCKY, 2))
    assert [await parts.handle(bad), await parts.handle(after)] == [Outcome.HELD] * 2
    mended.broken = False
    await wish(parts)
    await now(parts)
    assert (len(await parts.stored(HELD)), len(await parts.stored("waiting"))) == (0, 2)
    await parts.handle(sent(app_published(app)).arrived())
    assert mended.done == [1, 2]


async def test_what_an_update_can_read_passes(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """A type that nobody knew is held; once the contracts know it, a redrive handles it and what is behind it."""
    parts = Parts("community", READER, database, Published())
    app = new_id()
    unheard: dict[str, Any] = {}
    with monkeypatch.context() as older:
        known = {"nl.appstore.app.published.v1": None}
        from chassis import wire  # noqa: PLC0415 - the table of an older version

        unheard = {name: kind for name, kind in wire.MESSAGES.items() if name not in known}
        older.setattr(wire, "MESSAGES", unheard)
        assert await parts.handle(sent(app_published(app)).arrived()) is Outcome.HELD
        await wish(parts)
        await now(parts)
        assert [one["reason"] for one in await parts.stored(HELD)] == ["unknown-type"]
    await wish(parts)
    await now(parts)
    assert await parts.stored(HELD) == []
    assert len(await parts.stored("known_apps")) == 1


async def test_what_waited_for_a_redriven_message_is_taken_up(database: Database) -> None:
    """A message that waited for the held one follows it at once."""
    broken = True

    async def remember_when_mended(event: Event[Any], motion: Motion) -> None:
        if broken:
            raise LookupError("not now")
        await remember(event, motion)

    published: Callable[..., Any] = remember_when_mended
    parts = Parts("community", (On(READER[0].message, published), *READER[1:]), database, Published())  # type: ignore[union-attr]
    app = new_id()
    assert await parts.handle(sent(review_submitted(app)).arrived()) is Outcome.WAITING
    assert await parts.handle(sent(app_published(app)).arrived()) is Outcome.HELD
    broken = False
    await wish(parts)
    await now(parts)
    assert len(await parts.ledger(topics.REVIEWS)) == 1
