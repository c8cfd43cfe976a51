"""How the deployer's memory grows with what is in the cluster: its caches are filled through the real API.

The objects of so many deployments are applied by a bare client, each asking for no pod, since this machine has no room
for thousands; then the deployer is started anew and reads all of them. So a deployment here lacks its pod in the cache,
and its state in the database, which is not kept in memory.
"""

import asyncio
from collections.abc import Sequence
from pathlib import Path

from benchmarks.deployer.apps import App, apps
from benchmarks.deployer.floor import apply_all
from benchmarks.deployer.plane import plane
from benchmarks.deployer.running import deployer
from benchmarks.result import Result

STEPS = (100, 1000, 2500, 5000)
_SETTLING_SECONDS = 8


async def growth(result: Result, folder: Path, most: int) -> None:
    """Resident memory at each step up to `most` deployments, and what each deployment adds."""
    measured: list[tuple[int, float]] = []
    async with (
        plane(folder / "growth") as fresh,
        deployer(folder / "growth-stack", fresh.account) as running,
    ):
        wanted = list(apps(most, fresh.uid))
        there = 0
        for step in [one for one in STEPS if one < most] + [most]:
            await apply_all(fresh, wanted[there:step], _without_pods)
            there = step
            await running.stack.kill("deployer")
            await running.stack.ready(within=120)
            await asyncio.sleep(_SETTLING_SECONDS)
            measured.append((step, running.mebibytes))
            result.figure(f"MiB resident, objects of {step} deployments without pods", running.mebibytes)
    _slope(result, measured)


def _slope(result: Result, measured: Sequence[tuple[int, float]]) -> None:
    (few, small), (many, large) = measured[0], measured[-1]
    if many > few:
        result.figure("KiB of memory for each further deployment", (large - small) * 1024 / (many - few))


def _without_pods(app: App) -> list[dict[str, object]]:
    return [
        {**one, "spec": {**one["spec"], "replicas": 0}} if one["kind"] == "Deployment" else one for one in app.objects()
    ]
