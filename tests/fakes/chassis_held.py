"""A service that holds messages until a test corrects its handler, and what an operator does with them."""

from datetime import UTC, datetime
from typing import Any

from chassis.handle import Outcome
from chassis.held import HELD
from chassis.ledger import Motion, new_id
from chassis.mongo import Database
from chassis.motions import Keeps, On, Row
from chassis.wire import RawMessage
from contracts import topics
from contracts.community.events import ReviewRefused
from contracts.community.requests import ReviewSubmitted
from contracts.envelope import Event
from tests.fakes.chassis_messages import app_published, review_submitted, sent
from tests.fakes.chassis_service import READER, UNLUCKY, Answered, Parts, answer, evolve
from tests.fakes.published import Published

HELD_TOPIC = topics.HELD_MESSAGES["community"]


class Mended:
    """A handler that fails at the unlucky rating until the cause is corrected."""

    def __init__(self) -> None:
        self.broken = True
        self.done: list[int] = []

    async def answer(self, event: Event[ReviewSubmitted], motion: Motion) -> None:
        """Answer, and remember in which order."""
        if event.data.rating == UNLUCKY and self.broken:
            raise ValueError("not yet corrected")
        mended = event.data.model_copy(update={"rating": max(event.data.rating, 2)})
        await answer(Event(event.context, mended), motion)
        motion.after_commit.append(lambda: self.done.append(event.context.number))


async def tell_skipped(event: Event[ReviewSubmitted], motion: Motion) -> None:
    """The answer of the owner when its request is passed over."""
    await motion.record(ReviewRefused(review=event.data.review, app=event.data.app, code="skipped-by-operator"))


def corrected_by(mended: Mended, database: Database) -> Parts:
    """A service without a broker, whose handler a test can correct: messages are handed to it."""
    rows: tuple[Row, ...] = (
        READER[0],
        On(ReviewSubmitted, mended.answer, skipped=tell_skipped),
        Keeps(topics.REVIEWS, Answered, evolve),
    )
    return Parts("community", rows, database, Published())


async def a_queue(parts: Parts, count: int = 3) -> tuple[str, list[RawMessage]]:
    """The app and the messages of one key: the first fails, the others queue behind it."""
    app, review = new_id(), new_id()
    await parts.handle(sent(app_published(app)).arrived())
    rated = [UNLUCKY, *range(2, count + 1)]
    messages = [sent(review_submitted(app, review=review, rating=r), n).arrived(n) for n, r in enumerate(rated, 1)]
    assert [await parts.handle(one) for one in messages] == [Outcome.HELD] * count
    return app, messages


async def wish(parts: Parts, do: str = "redrive", **more: Any) -> None:
    """Mark every message that failed, as the command does."""
    marked = {"do": do, "at": datetime.now(UTC), **more}
    await parts.database.collection(HELD).update_many({"status": "held"}, {"$set": {"wish": marked}})


async def story(parts: Parts) -> list[str]:
    """What was told about held messages."""
    entries = await parts.ledger(HELD_TOPIC)
    return [dict(entry["headers"])["ce_type"].removeprefix("nl.appstore.message.") for entry in entries]


async def now(parts: Parts) -> None:
    """One sweep."""
    await parts.sweep(datetime.now(UTC))
