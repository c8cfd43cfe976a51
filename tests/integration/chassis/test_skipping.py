"""What an operator passes over: audited, answered, and never in the way of what comes after it (rule 8)."""

import pytest

from chassis.handle import Outcome
from chassis.held import HELD, SKIPPED
from chassis.ledger import new_id
from chassis.mongo import Database
from chassis.wire import RawMessage
from contracts import topics
from tests.fakes.chassis_held import HELD_TOPIC, Mended, a_queue, corrected_by, now, wish
from tests.fakes.chassis_messages import app_published, review_submitted, sent
from tests.fakes.chassis_service import Parts

pytestmark = pytest.mark.integration


@pytest.fixture
def mended() -> Mended:
    """A handler to correct."""
    return Mended()


@pytest.fixture
def parts(database: Database, mended: Mended) -> Parts:
    """A service without a broker."""
    return corrected_by(mended, database)


async def test_a_skip_is_audited_answered_and_passed_over(parts: Parts, mended: Mended) -> None:
    """The cursor moves, who asked is answered, who skipped and why is told; bytes and reason stay in the database."""
    person = new_id()
    _, messages = await a_queue(parts)
    await wish(parts, "skip", text="sent by a broken client", person=person)
    await now(parts)
    assert mended.done == [2, 3]
    types = [dict(entry["headers"])["ce_type"] for entry in await parts.ledger(topics.REVIEWS)]
    assert types == ["nl.appstore.review.refused.v1", *["nl.appstore.review.published.v1"] * 2]
    told = bytes((await parts.ledger(HELD_TOPIC))[1]["value"])
    assert b"broken client" not in told
    assert person.encode() in told
    assert b'"by":"person"' in told
    [kept] = await parts.stored(SKIPPED)
    assert (kept["wish"]["text"], kept["value"]) == ("sent by a broken client", messages[0].value)
    assert await (await parts.memory()).handle(messages[0]) is Outcome.REPEAT


async def test_a_skip_without_anybody_signed_in_names_nobody(parts: Parts) -> None:
    """The event says that it was the operator on the machine, and has no person."""
    await a_queue(parts, 1)
    await wish(parts, "skip", text="because")
    await now(parts)
    told = bytes((await parts.ledger(HELD_TOPIC))[1]["value"])
    assert b'"by":"operator-on-the-machine"' in told
    assert b'"person"' not in told


@pytest.mark.parametrize("key", [None, b"some-key", b"\xff\xfe"], ids=["no-key", "a-key", "no-text"])
async def test_bytes_without_an_envelope_are_redriven_and_skipped(parts: Parts, key: bytes | None) -> None:
    """They fail again with a count; skipped, they are gone, and held no more when they are delivered again."""
    broken = RawMessage("gateway.review-requests", 0, 7, key, b"\xff", (), "an-epoch")
    assert await parts.handle(broken) is Outcome.HELD
    await wish(parts)
    await now(parts)
    assert [one["attempts"] for one in await parts.stored(HELD)] == [2]
    await wish(parts, "skip", text="noise")
    await now(parts)
    assert await parts.stored(HELD) == []
    assert await parts.handle(broken) is Outcome.REPEAT
    assert await (await parts.memory()).handle(broken) is Outcome.REPEAT


async def test_a_skipped_message_whose_envelope_is_broken_leaves_no_gap(parts: Parts, mended: Mended) -> None:
    """Where the bytes still say which number they have, the next of that key goes on after the skip."""
    app, review = new_id(), new_id()
    await parts.handle(sent(app_published(app)).arrived())
    broken = sent(review_submitted(app, review=review)).with_header("ce_actor", b"\xff").arrived(1)
    after = sent(review_submitted(app, review=review), 2).arrived(2)
    assert [await parts.handle(broken), await parts.handle(after)] == [Outcome.HELD] * 2
    await wish(parts, "skip", text="its header is broken")
    await now(parts)
    assert mended.done == [2]


async def test_bytes_that_only_claim_a_number_take_nobodys_place(parts: Parts, mended: Mended) -> None:
    """When the real message with that number is there too, skipping the impostor loses nothing."""
    app, review = new_id(), new_id()
    await parts.handle(sent(app_published(app)).arrived())
    real = sent(review_submitted(app, review=review))
    impostor = real.with_header("ce_actor", b"\xff").arrived(1)
    assert [await parts.handle(impostor), await parts.handle(real.arrived(2))] == [Outcome.HELD] * 2
    await wish(parts, "skip", text="an impostor")
    await now(parts)
    assert mended.done == [1]
