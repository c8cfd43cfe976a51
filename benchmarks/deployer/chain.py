"""The whole chain on one machine: people ask over HTTP, until every application they asked for is healthy.

All five services, broker, database, client and control plane share the processors. The clock runs from the first
request until the last DeploymentSucceeded is on the log and the last Deployment is Available, as the floor's does.
"""

import asyncio
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from benchmarks.deployer.apps import SHIPPED
from benchmarks.deployer.plane import Plane, plane
from benchmarks.deployer.running import Running, whole
from tests.e2e.eventually import eventually
from tests.e2e.person import Person, signed_in

_PEOPLE_AT_ONCE = 8
_PATIENCE = 1800


async def chain_seconds(home: Path, count: int) -> float:
    """Seconds until so many applications that were asked for over HTTP are healthy, after one that does not count."""
    async with (
        plane(home / "chain") as fresh,
        whole(home / "chain-stack", fresh.account) as running,
        signed_in(running.stack, "demi") as demi,
    ):
        await eventually(lambda: _ask(demi, "warm"), lambda answer: answer.get("id"), 60, "the app is offered")
        await fresh.all_available(["warm"])
        return await _until_healthy(running, fresh, demi, [f"app-{number}" for number in range(count)])


async def _until_healthy(running: Running, fresh: Plane, person: Person, names: Sequence[str]) -> float:
    turns = asyncio.Semaphore(_PEOPLE_AT_ONCE)

    async def asked(name: str) -> str:
        async with turns:
            answer = await _ask(person, name)
        return str(answer["subject"]["deployment"])

    began = time.perf_counter()
    async with asyncio.timeout(_PATIENCE), asyncio.TaskGroup() as group:
        group.create_task(fresh.all_available(names))
        deployments = await asyncio.gather(*(asked(name) for name in names))
        await running.all_succeeded(deployments)
    return time.perf_counter() - began


async def _ask(person: Person, name: str) -> dict[str, Any]:
    wish = {"app": SHIPPED, "name": name, "environment": "test"}
    answer: dict[str, Any] = (await person.send("POST", "/deployments", json=wish)).json()
    return answer
