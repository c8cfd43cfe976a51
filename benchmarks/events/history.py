"""From `make up` to ready with a history: the embedded broker keeps nothing, so every start fills the whole log again.

The history is written straight into the stores, as the services would have: requests in the gateway's ledger and
answered reviews in the community's, with states, and with the cursors of those who read them. The stack is started
once to build its read models, stopped, and started again: the second start is measured.
"""

import asyncio
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from pymongo import MongoClient

from benchmarks.result import Result
from chassis.entry import ledger_entry
from chassis.ledger import new_id
from chassis.motions import state_collection
from contracts.community.events import ReviewPublished
from contracts.deployments.environment import Environment
from contracts.deployments.requests import DeploymentRequested
from contracts.payload import Payload
from contracts.people import Personal
from infra.local.home import Home
from infra.local.ports import SERVICES
from infra.local.ready import get
from infra.local.stack import Stack, start
from tests.e2e.eventually import eventually
from tests.fakes.chassis_messages import event_of
from tests.fakes.chassis_processes import DatabaseProcess

STEPS = (20_000, 30_000, 40_000)
EVENTS_A_KEY = 5
QUIET = 12
"""Nothing lags when so many looks in a row found nothing."""
_AT_ONCE = 1000
Document = dict[str, Any]


async def start_with_a_history(result: Result) -> None:
    """Start with 20,000 events, then with 10,000 more, twice."""
    with tempfile.TemporaryDirectory() as folder:
        home = Home(Path(folder))
        home.make()
        seconds: dict[int, float] = {}
        written = 0
        for step in STEPS:
            with DatabaseProcess(home.data / "database") as database:
                await asyncio.to_thread(_write, database.url, step - written)
            written = step
            async with start(home=home.root, within=120) as stack:
                await _caught_up(stack)
                await stack.stop()
                began = time.perf_counter()
                await stack.begin()
                await stack.ready(120)
                seconds[step] = time.perf_counter() - began
                await _caught_up(stack)
                caught_up = time.perf_counter() - began
            aim = 12.0 if step == STEPS[0] else None
            result.figure(f"s from start to ready, {step:,} events", seconds[step], under=aim)
            result.figure(f"s from start until nothing lags, {step:,} events", caught_up)
        more = (seconds[STEPS[-1]] - seconds[STEPS[0]]) / ((STEPS[-1] - STEPS[0]) / 10_000)
        result.figure("s more for each further 10,000 events", more, under=1.5)


async def _caught_up(stack: Stack) -> None:
    """Wait until no service has anything left to read, twice in a row."""
    quiet = 0

    async def lag() -> int:
        nonlocal quiet
        ports = stack.record().ports
        found = 0
        for name in SERVICES:
            _, body = await asyncio.to_thread(get, ports[f"{name}-health"], "/metrics")
            for line in body.splitlines():
                if line.startswith(("appstore_consumer_lag ", "appstore_ledger_backlog ")):
                    found += int(float(line.split()[1]))
        quiet = quiet + 1 if found == 0 else 0
        return quiet

    await eventually(lag, lambda count: count >= QUIET, 180, "nothing lags")


def _write(mongo: str, events: int) -> None:
    client: MongoClient[Document] = MongoClient(mongo, tz_aware=True)
    half = events // 2
    try:
        _append(client, "gateway", list(_requests(half)), readers=("compliance", "deployer"))
        _append(client, "community", list(_reviews(half)), readers=())
    finally:
        client.close()


def _append(
    client: "MongoClient[Document]", writer: str, told: list[tuple[Payload, int]], readers: tuple[str, ...]
) -> None:
    database = client[f"appstore_{writer}"]
    entries, states = [], {}
    now = datetime.now(UTC)
    for payload, number in told:
        event = event_of(payload, number)
        entry = ledger_entry(event, payload.topic, now)
        entry.pop("unpublished")
        entries.append(entry)
        state = {"event": type(payload).__name__, "operation": event.context.correlationid}
        if isinstance(payload, ReviewPublished):
            state = {"app": payload.app}
        states[payload.key] = {"_id": payload.key, "sequence": number, "hlc": event.context.hlc, "state": state}
    topic = told[0][0].topic
    marks = [
        {"_id": f"{topic.name}/{number}", "epoch": "an earlier log", "offset": 0} for number in range(topic.partitions)
    ]
    _insert(database["ledger"], entries)
    _insert(database[state_collection(topic)], list(states.values()))
    for mark in marks:
        database["relay"].replace_one({"_id": mark["_id"]}, mark, upsert=True)
    for reader in readers:
        cursors = [{"_id": f"{topic.name}/{key}", "sequence": state["sequence"]} for key, state in states.items()]
        _insert(client[f"appstore_{reader}"]["cursors"], cursors)


def _insert(collection: Any, documents: list[Document]) -> None:
    for first in range(0, len(documents), _AT_ONCE):
        collection.insert_many(documents[first : first + _AT_ONCE])


def _requests(events: int) -> Iterator[tuple[Payload, int]]:
    long_ago = datetime.now(UTC) - timedelta(days=30)
    team, cluster, app = new_id(), new_id(), new_id()
    place = Environment(name="test", team=team, cluster=cluster, namespace="history-test")
    for key in range(events // EVENTS_A_KEY):
        deployment = new_id()
        for number in range(1, EVENTS_A_KEY + 1):
            asked = DeploymentRequested(
                deployment=deployment, environment=place, decide_by=long_ago, app=app, app_name="an-app",
                version="1.0.0", name=f"d{key}",
            )  # fmt: skip
            yield asked, number


def _reviews(events: int) -> Iterator[tuple[Payload, int]]:
    for _ in range(events // EVENTS_A_KEY):
        review, app, author = new_id(), new_id(), new_id()
        text = Personal(person=author, key=new_id(), ciphertext="bm90IGEgc2VjcmV0" * 8)
        for number in range(1, EVENTS_A_KEY + 1):
            yield ReviewPublished(review=review, app=app, author=author, rating=4, text=text), number
