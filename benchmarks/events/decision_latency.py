"""From accepted request to its decision, as a client sees it: on the stream, and in what the API answers.

A whole stack runs; a person asks for deployments of an app that is rejected, at a steady rate, so that what is
measured is the way of the events and not the rollout. The clock starts when 202 arrives. When the decision came on the
stream, the deployment is read until it shows it. The idle cost of the five services is measured after it.

On Apache Kafka the same is measured with aims of its own, where Java and Maven are at hand.
"""

import asyncio
import os
import re
import statistics
import tempfile
import time
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pymongo import AsyncMongoClient

from benchmarks.result import Result, percentile, say
from chassis.fetch_pace import BUSY_SECONDS
from infra.kafka.libraries import MissingProgramError, java, libraries
from infra.local.brokers import APACHE, TANSU
from infra.local.ready import get
from infra.local.run_record import RunRecord
from infra.local.stack import Stack, start
from infra.local.status import look, total
from tests.e2e.eventually import eventually
from tests.e2e.person import Person, signed_in
from tests.e2e.streams import stream

RATES = {5: 100, 20: 300}
"""Requests a second → how many."""
ROUNDS = {5: 3, 20: 9}
"""Of each rate. The median round counts: one pause of the machine is the p99 of a round, and not of the platform. More
than two minutes at the higher rate, since what the parts do once a minute has to be in it twice."""
REJECTED = "open-webui"
APPS = 5
"""The shipped apps; a new stack has still to score them."""
IDLE_SECONDS = 10
_MILLI = 1000


@dataclass(frozen=True)
class Aims:
    """What is asked of one broker: milliseconds, and % of a core for the five idle services."""

    broker: str
    name: str
    p50: float | None
    p99: float
    idle: float


EMBEDDED = Aims(TANSU, "", p50=90, p99=150, idle=6)
ON_APACHE = Aims(APACHE, ", Apache Kafka", p50=None, p99=60, idle=3)


async def decision_latency(result: Result) -> None:
    """Measure on the embedded broker at each rate, then idle."""
    await _measure(result, EMBEDDED)


async def decision_latency_on_apache(result: Result) -> None:
    """The same on Apache Kafka; one sentence where it can't be started."""
    try:
        await asyncio.to_thread(lambda: (java(), libraries()))
    except MissingProgramError as missing:
        say(f"  not measured on Apache Kafka: {missing}")
        return
    await _measure(result, ON_APACHE)


async def _measure(result: Result, aims: Aims) -> None:
    before = os.environ.get("BROKER")
    os.environ["BROKER"] = aims.broker
    try:
        with tempfile.TemporaryDirectory() as home:
            await _measure_in(Path(home), result, aims)
    finally:
        os.environ.pop("BROKER")
        if before is not None:
            os.environ["BROKER"] = before


async def _measure_in(home: Path, result: Result, aims: Aims) -> None:
    async with start(home=home, within=120) as stack, signed_in(stack, "demi") as demi:
        read = _ReadModel(stack.mongo)
        await eventually(
            demi.store.apps.list_all, lambda cards: len([one for one in cards if one.score]) >= APPS, 30, "scores"
        )
        await _at(20, 40, demi, "warm", read)
        for rate, count in RATES.items():
            rounds = [await _at(rate, count, demi, f"r{rate}-{number}", read) for number in range(ROUNDS[rate])]
            seen, shown = zip(*rounds, strict=True)
            for what, took in (("on the stream", seen), ("in the read model", shown)):
                place = f"{rate}/s, decision {what}{aims.name}"
                result.figure(f"ms p50, {place}", _median(took, 50), under=aims.p50)
                result.figure(f"ms p99, {place}", _median(took, 99), under=aims.p99)
                say(f"  p99 of each round: {', '.join(f'{percentile(one, 99) * _MILLI:.0f}' for one in took)}")
        for service in ("gateway", "compliance"):
            share = _share_relayed_within(stack.record(), service, "0.02")
            result.figure(f"share relayed within 20 ms, {service}{aims.name}", share, at_least=0.99)
        await asyncio.sleep(BUSY_SECONDS)
        await asyncio.to_thread(_idle, stack, result, aims)


def _median(rounds: Sequence[Sequence[float]], percent: int) -> float:
    """A percentile in milliseconds, of the round in the middle."""
    return statistics.median(percentile(took, percent) for took in rounds) * _MILLI


def _idle(stack: Stack, result: Result, aims: Aims) -> None:
    lines = look(stack.record(), IDLE_SECONDS)
    result.figure(f"% of a core, five idle services{aims.name}", total(lines).cpu, under=aims.idle)
    for line in lines:
        if line.name in {"broker", "database"}:
            result.figure(f"% of a core, idle {line.name}{aims.name}", line.cpu)
    result.figure(f"MiB, five idle services{aims.name}", total(lines).memory)


async def _at(
    rate: int, count: int, person: Person, prefix: str, read: "_ReadModel"
) -> tuple[list[float], list[float]]:
    """Seconds from 202 to the decision on the stream and in the deployment read back, for each request."""
    heard: dict[str, asyncio.Future[float]] = {}
    loop = asyncio.get_running_loop()
    connected = asyncio.Event()
    listening = asyncio.create_task(listen(person, heard, connected))
    await connected.wait()
    began = loop.time()
    try:
        asked = []
        for number in range(count):
            await asyncio.sleep(max(0.0, began + number / rate - loop.time()))
            asked.append(asyncio.create_task(_ask(person, f"{prefix}-{number}", read, heard)))
        took = await asyncio.gather(*asked)
    finally:
        listening.cancel()
    say(f"  {count} requests at {rate}/s")
    return [one[0] for one in took], [one[1] for one in took]


async def listen(person: Person, heard: "dict[str, asyncio.Future[float]]", connected: asyncio.Event) -> None:
    """Note when the decision of each operation came on the person's stream, by `time.perf_counter`."""
    async with aclosing(stream(person)) as messages:
        async for message in messages:
            if message.event == "hello":
                connected.set()
            if message.event in {"DeploymentRejected", "DeploymentApproved"}:
                entry: dict[str, Any] = message.json()
                moment = heard.setdefault(entry["correlationId"], asyncio.get_running_loop().create_future())
                if not moment.done():
                    moment.set_result(time.perf_counter())


async def _ask(
    person: Person, name: str, read: "_ReadModel", heard: "dict[str, asyncio.Future[float]]"
) -> tuple[float, float]:
    answer = await person.send("POST", "/deployments", json={"app": REJECTED, "name": name, "environment": "test"})
    accepted = time.perf_counter()
    operation = answer.json()
    moment = heard.setdefault(operation["id"], asyncio.get_running_loop().create_future())
    async with asyncio.timeout(30):
        seen = await moment
        while not await read.decided(operation["subject"]["deployment"]):  # noqa: ASYNC110 - asks a database
            await asyncio.sleep(0.01)
    return max(seen - accepted, 0.0), time.perf_counter() - accepted


class _ReadModel:
    """The gateway's read model of deployments, asked by the driver so that no route's own time is measured."""

    def __init__(self, mongo: str) -> None:
        self._client: AsyncMongoClient[dict[str, Any]] = AsyncMongoClient(mongo)
        self._name = ""

    async def decided(self, deployment: str) -> bool:
        """Whether the decision on a deployment's first generation stands in it."""
        database = self._client["appstore_gateway"]
        if not self._name:
            names = await database.list_collection_names()
            self._name = max(name for name in names if name.startswith("deployments_v"))
        found = await database[self._name].find_one({"_id": deployment}, {"decisions": 1})
        return found is not None and "1" in found["decisions"]


def _share_relayed_within(record: RunRecord, service: str, bucket: str) -> float:
    """The share of a service's events that the broker acknowledged within the bucket's seconds of their commit."""
    _, body = get(record.ports[f"{service}-health"], "/metrics")
    text = body if isinstance(body, str) else body.decode()
    within = re.search(rf'appstore_relay_seconds_bucket{{le="{bucket}"}} ([0-9.e+]+)', text)
    count = re.search(r"appstore_relay_seconds_count ([0-9.e+]+)", text)
    return float(within[1]) / float(count[1]) if within and count else 0.0
