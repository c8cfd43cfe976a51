"""One service's throughput through cursor, state and ledger, as a ratio to a bare loop that does the same writes.

The floor is what anybody would write by hand: aiokafka's consumer, and per message one transaction of the driver with
the same three writes (cursor, state, ledger entry). Both read messages that lie on the log already. Runs alternate, so
that a slow minute of the machine hits both.
"""

import statistics
import tempfile
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaConsumer
from motor.motor_asyncio import AsyncIOMotorClient

from benchmarks.result import Result
from chassis.health import Readiness
from chassis.kafka import Subscriber
from chassis.ledger import Motion, new_id
from chassis.motions import Keeps, On, Row
from contracts import topics
from contracts.community.events import ReviewPublished
from contracts.community.requests import ReviewSubmitted
from contracts.envelope import Event
from contracts.noun import Noun
from infra.kafka.provision import provision
from tests.fakes.chassis_messages import review_submitted, sent
from tests.fakes.chassis_on_the_wire import send
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import Parts, delivery, living, service, settings_for, until

MESSAGES = 400
RUNS = 5


class Answered(Noun):
    """The state of a review."""

    rating: int


def evolve(_before: Answered | None, event: Event[ReviewPublished]) -> Answered:
    """Keep the rating."""
    return Answered(rating=event.data.rating)


HANDLED: list[float] = []
"""When each message was taken. Asking the database meanwhile would slow what is measured."""


async def publish(event: Event[ReviewSubmitted], motion: Motion) -> None:
    """Answer a review: one event."""
    HANDLED.append(time.perf_counter())
    asked = event.data
    await motion.record(
        ReviewPublished(
            review=asked.review, app=asked.app, author=asked.text.person, rating=asked.rating, text=asked.text
        )
    )


ROWS: tuple[Row, ...] = (On(ReviewSubmitted, publish), Keeps(topics.REVIEWS, Answered, evolve))


async def throughput_of_a_service(result: Result) -> None:
    """Five times each, in turn: the bare loop, the chassis without its relay, the chassis with it."""
    rates: dict[str, list[float]] = {"bare": [], "service": [], "service with relay": []}
    ways: dict[str, Callable[[str, str], Awaitable[float]]] = {
        "bare": _bare_loop, "service": _without_relay, "service with relay": _with_relay,
    }  # fmt: skip
    with tempfile.TemporaryDirectory() as folder, DatabaseProcess(Path(folder)) as database:
        for _ in range(RUNS):
            for name, way in ways.items():
                with BrokerProcess() as broker:
                    await provision(broker.bootstrap, topics.ALL)
                    await send(broker.bootstrap, *(sent(review_submitted(new_id())) for _ in range(MESSAGES)))
                    rates[name].append(MESSAGES / await way(broker.bootstrap, database.url))
    for name, found in rates.items():
        result.figure(f"messages/s, {name}, median of {RUNS}", statistics.median(found))
    for name, aim in (("service", 0.85), ("service with relay", 0.75)):
        ratio = statistics.median(ours / floor for ours, floor in zip(rates[name], rates["bare"], strict=True))
        result.ratio(f"{name} / bare loop with the same writes", ratio, at_least=aim)


async def _without_relay(bootstrap: str, mongo: str) -> float:
    parts = service("community", ROWS, mongo, new_id().replace("-", ""))
    return await _until_answered(parts, _subscribed(parts, bootstrap, mongo))


async def _with_relay(bootstrap: str, mongo: str) -> float:
    parts = service("community", ROWS, mongo, new_id().replace("-", ""))
    return await _until_answered(parts, living(parts, settings_for(bootstrap, mongo)))


@asynccontextmanager
async def _subscribed(parts: Parts, bootstrap: str, mongo: str) -> AsyncIterator[Parts]:
    async with AsyncExitStack() as stack:
        subscriber = Subscriber(
            "community", [topics.REVIEW_REQUESTS], settings_for(bootstrap, mongo), "an-epoch", await delivery(parts),
            Readiness("community"),
        )  # fmt: skip
        stack.push_async_callback(subscriber.stop)
        await subscriber.start()
        yield parts


async def _until_answered(parts: Parts, running: Any) -> float:
    """Seconds from the first message taken to the last answer stored: joining the group is not what is measured."""
    HANDLED.clear()
    ledger = parts.database.collection("ledger")

    async def begun() -> bool:
        return bool(HANDLED)

    async def all_answered() -> bool:
        return len(HANDLED) >= MESSAGES and await ledger.count_documents({}) >= MESSAGES

    async with running:
        await until(begun, "the first message")
        began = HANDLED[0]
        await until(all_answered, "every answer", within=60)
        seconds = time.perf_counter() - began
    parts.database.close()
    return seconds


async def _bare_loop(bootstrap: str, mongo: str) -> float:
    """Consume, and per message write cursor, state and ledger entry in one transaction, with the driver alone."""
    client: AsyncIOMotorClient[dict[str, Any]] = AsyncIOMotorClient(mongo)
    database = client[f"bare_{new_id().replace('-', '')}"]
    consumer = AIOKafkaConsumer(
        topics.REVIEW_REQUESTS.name, bootstrap_servers=bootstrap, group_id="bare", auto_offset_reset="earliest",
        fetch_max_wait_ms=20, session_timeout_ms=1000, heartbeat_interval_ms=100,
    )  # fmt: skip
    await consumer.start()
    began = 0.0
    try:
        for number in range(MESSAGES):
            record = await consumer.getone()
            began = began or time.perf_counter()
            key = record.key.decode()
            async with await client.start_session() as session, session.start_transaction():
                await database.cursors.update_one(
                    {"_id": f"{record.topic}/{key}", "sequence": {"$lt": 1}},
                    {"$set": {"sequence": 1}}, upsert=True, session=session,
                )  # fmt: skip
                await database.state.insert_one({"_id": key, "sequence": 1, "state": {"rating": 4}}, session=session)
                entry = {
                    "_id": f"{topics.REVIEWS.name}/{key}/{number:012d}",
                    "topic": topics.REVIEWS.name,
                    "key": key,
                    "sequence": 1,
                    "headers": [[name, value.decode()] for name, value in record.headers],
                    "value": record.value,
                    "unpublished": True,
                }
                await database.ledger.insert_one(entry, session=session)
        return time.perf_counter() - began
    finally:
        await consumer.stop()
        client.close()
