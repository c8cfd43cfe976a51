"""The deployer alone: fed with approved requests, until it told of each that it is healthy.

The clock runs from the first message until the last DeploymentSucceeded is on the log and the last Deployment is
Available, as the floor's does. Its requests are counted by the API
server's audit log, its processor time by the kernel.
"""

import asyncio
import time
from collections.abc import Sequence
from dataclasses import dataclass

from benchmarks.deployer.apps import App, version_published
from benchmarks.deployer.plane import Plane
from benchmarks.deployer.running import Running

_PATIENCE = 1200
_DECIDING_SECONDS = 0.05
"""What compliance takes to decide: no approval is on the log before its request was read. It counts as ours."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What it took: seconds by the clock, and on a processor of each part that had work; requests of the deployer."""

    seconds: float
    deployer_cpu: float
    database_cpu: float
    broker_cpu: float
    cluster_cpu: float
    requests: int


async def warm_up(running: Running, plane: Plane, one: Sequence[App]) -> None:
    """The version, and one application that does not count."""
    await running.feed([version_published()])
    await _all(running, plane, one)


async def until_healthy(running: Running, plane: Plane, wanted: Sequence[App]) -> Cost:
    """Have these applications, and what it cost."""

    def used() -> tuple[float, float, float, float]:
        return running.cpu("deployer"), running.cpu("database"), running.cpu("broker"), plane.cpu()

    before, recorded = used(), plane.recorded()
    began = time.perf_counter()
    await _all(running, plane, wanted)
    seconds = time.perf_counter() - began
    deployer, database, broker, cluster = (now - then for now, then in zip(used(), before, strict=True))
    return Cost(seconds, deployer, database, broker, cluster, plane.requests(recorded))


async def _all(running: Running, plane: Plane, wanted: Sequence[App]) -> None:
    async with asyncio.timeout(_PATIENCE), asyncio.TaskGroup() as group:
        group.create_task(plane.all_available(app.name for app in wanted))
        await running.feed([app.requested() for app in wanted])
        await asyncio.sleep(_DECIDING_SECONDS)
        await running.feed([app.approved() for app in wanted])
        await running.all_succeeded([app.deployment for app in wanted])
