"""What becomes of a message, on a real database: handled once, repeat, gap, waiting, held (rules 4, 7 and 8)."""

from datetime import UTC, datetime, timedelta

import pytest
import time_machine

from chassis.handle import Outcome
from chassis.ledger import new_id
from chassis.mongo import Database
from contracts import topics
from contracts.envelope import padded
from tests.fakes.chassis_messages import Sent, app_published, context_of, review_submitted, sent
from tests.fakes.chassis_service import READER, UNLUCKY, Parts
from tests.fakes.published import Published

pytestmark = [pytest.mark.integration, pytest.mark.kafka]


@pytest.fixture
def parts(database: Database) -> Parts:
    """A service without a broker: messages are handed to it."""
    return Parts("community", READER, database, Published())


async def test_an_event_is_handled_in_one_transaction(parts: Parts) -> None:
    """State, ledger and cursor are there together after a message, and the relay is given the new event."""
    app = new_id()
    assert await parts.handle(sent(app_published(app)).arrived()) is Outcome.HANDLED
    request = sent(review_submitted(app, rating=4), actor=new_id(), team=new_id())
    assert await parts.handle(request.arrived()) is Outcome.HANDLED
    [entry] = await parts.ledger(topics.REVIEWS)
    [state] = await parts.stored("state_reviews")
    assert (entry["sequence"], state["sequence"], state["state"]["rating"]) == (1, 1, 4)
    assert [document["sequence"] for document in await parts.stored("cursors")] == [1, 1]
    assert [offered["_id"] for offered in parts.relay.entries] == [entry["_id"]]


async def test_an_effect_carries_where_it_came_from(parts: Parts) -> None:
    """The effect has the cause's correlation, team and actor, names the cause, and its stamp is later."""
    app, team, actor, correlation = (new_id() for _ in range(4))
    await parts.handle(sent(app_published(app)).arrived())
    ahead = f"{int(datetime.now(UTC).timestamp() * 1000) + 60_000:013d}.00007"
    payload = review_submitted(app)
    context = context_of(payload, team=team, actor=actor, correlationid=correlation, hlc=ahead)
    request = sent(payload).with_(headers=tuple(context.to_headers()))
    await parts.handle(request.arrived())
    headers = dict((await parts.ledger(topics.REVIEWS))[0]["headers"])
    assert headers["ce_correlationid"] == correlation
    assert (headers["ce_team"], headers["ce_actor"]) == (team, actor)
    assert headers["ce_causationid"] == context.id
    assert headers["ce_cause"] == f"gateway.review-requests/{payload.review}/{padded(1)}"
    assert headers["ce_hlc"] > ahead
    assert headers["ce_sequence"] == padded(1)


async def test_a_repeat_has_no_effect(parts: Parts) -> None:
    """A message delivered again does nothing, in the same process and in the next one."""
    app = new_id()
    await parts.handle(sent(app_published(app)).arrived())
    request = sent(review_submitted(app)).arrived()
    assert await parts.handle(request) is Outcome.HANDLED
    assert await parts.handle(request) is Outcome.REPEAT
    assert await (await parts.memory()).handle(request) is Outcome.REPEAT
    assert len(await parts.ledger(topics.REVIEWS)) == 1


async def test_two_processes_that_get_the_same_message_have_one_effect(parts: Parts) -> None:
    """A cursor moved by another process is seen in the transaction, whatever memory says."""
    app = new_id()
    await parts.handle(sent(app_published(app)).arrived())
    other = await parts.memory()
    request = sent(review_submitted(app)).arrived()
    assert await parts.handle(request) is Outcome.HANDLED
    assert await other.handle(request) is Outcome.REPEAT
    assert len(await parts.ledger(topics.REVIEWS)) == 1


async def test_a_gap_is_not_crossed_and_then_filled(parts: Parts) -> None:
    """The third message of a key has no effect until the second was handled."""
    app = new_id()
    first, second, third = (sent(app_published(app), number).arrived() for number in (1, 2, 3))
    assert await parts.handle(first) is Outcome.HANDLED
    assert await parts.handle(third) is Outcome.GAP
    assert await parts.handle(second) is Outcome.HANDLED
    assert await parts.handle(third) is Outcome.HANDLED


async def test_what_no_row_wants_moves_the_cursor(parts: Parts) -> None:
    """A message nobody handles leaves no gap for the next one of its key."""
    withdrawn = sent(app_published(app := new_id())).with_header("ce_type", b"nl.appstore.app.withdrawn.v1")
    passed = withdrawn.with_(value=f'{{"app":"{app}","name":"an-app"}}'.encode())
    assert await parts.handle(passed.arrived()) is Outcome.PASSED
    assert await parts.handle(sent(app_published(app), 2).arrived()) is Outcome.HANDLED


async def test_what_is_not_known_yet_waits_and_is_taken_up(parts: Parts) -> None:
    """A review of an unheard-of app waits, later ones of its key queue behind it, both follow when the app comes."""
    app, review = new_id(), new_id()
    requests = [sent(review_submitted(app, review=review, rating=rating), rating - 1).arrived() for rating in (2, 3)]
    assert [await parts.handle(request) for request in requests] == [Outcome.WAITING, Outcome.WAITING]
    assert await parts.ledger(topics.REVIEWS) == []
    assert await parts.handle(sent(app_published(app)).arrived()) is Outcome.HANDLED
    assert [entry["sequence"] for entry in await parts.ledger(topics.REVIEWS)] == [1, 2]
    [state] = await parts.stored("state_reviews")
    assert state["state"] == {"answers": 2, "rating": 3}
    assert await parts.stored("waiting") == []
    assert not parts.handler.waiting.blocks("gateway.review-requests", review)


async def test_waiting_survives_a_restart(parts: Parts) -> None:
    """What waited in one process is taken up in the next, and its repeat has no effect there."""
    app = new_id()
    request = sent(review_submitted(app)).arrived()
    await parts.handle(request)
    other = await parts.memory()
    assert await other.handle(request) is Outcome.REPEAT
    await other.handle(sent(app_published(app)).arrived())
    assert len(await parts.ledger(topics.REVIEWS)) == 1


async def test_the_last_try_comes_when_the_time_to_answer_has_passed(parts: Parts) -> None:
    """Past its decideBy a waiting message is tried once more and the owner's answer recorded; before it, nothing."""
    await parts.handle(sent(review_submitted(new_id(), seconds=60)).arrived())
    await parts.sweep(datetime.now(UTC))
    assert await parts.ledger(topics.REVIEWS) == []
    late = datetime.now(UTC) + timedelta(seconds=61)
    with time_machine.travel(late, tick=False):
        await parts.sweep(late)
    [entry] = await parts.ledger(topics.REVIEWS)
    assert b"nothing-known" in bytes(entry["value"])
    assert await parts.stored("waiting") == []


async def test_a_failing_message_is_held_with_its_bytes_and_the_reason(parts: Parts) -> None:
    """The exact bytes, headers and place are kept with what went wrong; the service tells so and records no more."""
    app = new_id()
    await parts.handle(sent(app_published(app)).arrived())
    request = sent(review_submitted(app, rating=UNLUCKY))
    assert await parts.handle(request.arrived(41)) is Outcome.HELD
    [held] = await parts.stored("held")
    assert (held["value"], held["key"], held["offset"]) == (request.value, request.key, 41)
    assert [(name, bytes(value)) for name, value in held["headers"]] == list(request.headers)
    assert held["reason"] == "cant-be-handled-error"
    assert "rating 1" in held["detail"]
    assert await parts.ledger(topics.REVIEWS) == []
    [told] = await parts.ledger(topics.HELD_MESSAGES["community"])
    assert dict(told["headers"])["ce_correlationid"] == dict(request.headers)["ce_correlationid"].decode()


async def test_a_held_message_blocks_its_key_and_no_other(parts: Parts) -> None:
    """Later messages of the key queue behind it, those of other keys go on, also after a restart."""
    app, review = new_id(), new_id()
    await parts.handle(sent(app_published(app)).arrived())
    bad = sent(review_submitted(app, review=review, rating=UNLUCKY)).arrived()
    assert await parts.handle(bad) is Outcome.HELD
    after = await parts.memory()
    assert await after.handle(bad) is Outcome.REPEAT
    assert await after.handle(sent(review_submitted(app, review=review), 2).arrived()) is Outcome.HELD
    assert await after.handle(sent(review_submitted(app)).arrived()) is Outcome.HANDLED
    assert [held["status"] for held in await parts.stored("held")] == ["held", "queued"]
    assert len(await parts.ledger(topics.HELD_MESSAGES["community"])) == 1


@pytest.mark.parametrize(
    ("wrong", "reason"),
    [
        (lambda right: right.with_(value=b'{"broken'), "bad-data"),
        (lambda right: right.with_(value=None), "bad-data"),
        (lambda right: right.with_(headers=()), "bad-envelope"),
        (lambda right: right.with_header("ce_id", b""), "bad-envelope"),
        (lambda right: right.with_header("ce_sequence", b"one"), "bad-envelope"),
        (lambda right: right.with_header("ce_actor", b"\xff\xfe"), "bad-envelope"),
        (lambda right: right.with_header("ce_subject", b"another-key"), "bad-envelope"),
        (lambda right: right.with_(key=None), "bad-envelope"),
        (lambda right: right.with_(key=b"\xff\xfe"), "bad-envelope"),
        (lambda right: right.with_header("ce_type", b"nl.appstore.app.exploded.v1"), "unknown-type"),
        (lambda right: right.with_header("ce_type", b"nl.appstore.review.submitted.v1"), "wrong-topic"),
        (lambda right: right.with_(value=b" " * (256 * 1024 + 1)), "too-large"),
    ],
    ids=[
        "json",
        "no-value",
        "no-headers",
        "empty-header",
        "sequence",
        "not-utf8",
        "subject",
        "no-key",
        "key",
        "type",
        "topic",
        "size",
    ],
)
async def test_what_cant_be_read_is_held_whole(parts: Parts, wrong: object, reason: str) -> None:
    """Whatever is wrong with a message, its bytes are kept once, the reason is named, and other keys go on."""
    message: Sent = wrong(sent(app_published(new_id())))  # type: ignore[operator]
    assert await parts.handle(message.arrived(7)) is Outcome.HELD
    assert await parts.handle(message.arrived(8)) is Outcome.REPEAT
    [held] = await parts.stored("held")
    assert (held["value"], held["reason"], held["offset"]) == (message.value or b"", reason, 7)
    assert await parts.handle(sent(app_published(new_id())).arrived(9)) is Outcome.HANDLED
