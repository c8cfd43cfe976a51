"""How many events a second a read model folds: catching up with what lies on the log, and live beside a writer."""

import asyncio
import tempfile
import time
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer

from benchmarks.result import Result
from chassis.ledger import new_id
from chassis.motions import Project, Row
from contracts import topics
from contracts.community.events import ReviewPublished
from contracts.envelope import Event
from infra.kafka.provision import provision
from tests.fakes.chassis_messages import Sent, review_submitted, sent
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import Parts, living, service, settings_for, until

CATCHING_UP = 20_000
LIVE = 10_000
EVENTS_A_KEY = 4
_AT_ONCE = 500


FOLDED: list[float] = []
"""When each event was folded. Asking the database meanwhile would slow what is measured."""
WRITTEN: list[int] = []
"""How many events each filling of the log has."""


def apply(before: dict[str, Any] | None, event: Event[ReviewPublished]) -> dict[str, Any]:
    """Count and keep, as small read models do."""
    FOLDED.append(time.perf_counter())
    told = (before or {"told": 0})["told"] + 1
    return {"told": told, "rating": event.data.rating, "app": event.data.app, "at": event.context.time.isoformat()}


ROWS: tuple[Row, ...] = (
    Project("bench", 1, (topics.REVIEWS,), lambda event: str(event.data.review), apply, indexes=(("app",),)),
)


async def projection_rate(result: Result) -> None:
    """Fold a log that is full at the start; then fold while events come in as fast as a producer sends them."""
    FOLDED.clear()
    WRITTEN.clear()
    with tempfile.TemporaryDirectory() as folder, DatabaseProcess(Path(folder)) as database, BrokerProcess() as broker:
        await provision(broker.bootstrap, topics.ALL)
        await _fill(broker.bootstrap, CATCHING_UP)
        parts = service("gateway", ROWS, database.url, new_id().replace("-", ""))
        async with living(parts, settings_for(broker.bootstrap, database.url)) as alive:
            rate = await _rate(alive, CATCHING_UP)
            result.figure("events/s folded, catching up", rate, at_least=3000)
            FOLDED.clear()
            filling = asyncio.create_task(_fill(broker.bootstrap, LIVE))
            rate = await _rate(alive, LIVE)
            await filling
            result.figure("events/s folded, live beside their writer", rate, at_least=1500)
        parts.database.close()


async def _rate(parts: Parts, events: int) -> float:
    """Events a second from the first one folded until the database has the last."""
    last = parts.database.collection("bench_v1")

    async def begun() -> bool:
        return bool(FOLDED)

    async def done() -> bool:
        return (
            len(FOLDED) >= events and await last.count_documents({"told": EVENTS_A_KEY}) >= sum(WRITTEN) // EVENTS_A_KEY
        )

    await until(begun, "the first event is folded", within=30)
    began = FOLDED[0]
    await until(done, "every event is folded", within=120)
    return events / (time.perf_counter() - began)


async def _fill(bootstrap: str, events: int) -> None:
    messages = list(_messages(events))
    WRITTEN.append(events)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all")
    await producer.start()
    try:
        for start in range(0, events, _AT_ONCE):
            await asyncio.gather(
                *[
                    await producer.send(one.topic, one.value, one.key, one.partition, headers=list(one.headers))
                    for one in messages[start : start + _AT_ONCE]
                ]
            )
    finally:
        await producer.stop()


def _messages(events: int) -> list[Sent]:
    found = []
    for _ in range(events // EVENTS_A_KEY):
        asked = review_submitted(new_id())
        told = ReviewPublished(review=asked.review, app=asked.app, author=new_id(), rating=4, text=asked.text)
        found += [sent(told, number) for number in range(1, EVENTS_A_KEY + 1)]
    return found
