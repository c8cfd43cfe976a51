"""Measure the deployer on a real control plane: `python -m benchmarks.deployer [--apps 100] [alone chain growth]`."""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from benchmarks.deployer.alone import Cost, until_healthy, warm_up
from benchmarks.deployer.apps import App, apps, place_of
from benchmarks.deployer.chain import chain_seconds
from benchmarks.deployer.cut import through, wire_to
from benchmarks.deployer.floor import floor
from benchmarks.deployer.growth import growth
from benchmarks.deployer.plane import plane
from benchmarks.deployer.running import deployer
from benchmarks.deployer.settled import change_to_event, healing, idle, nothing_to_change
from benchmarks.result import Result, say

PARTS = ("alone", "chain", "growth")


def main() -> int:
    """Measure and print; the last line is JSON."""
    arguments = argparse.ArgumentParser(prog="python -m benchmarks.deployer", description=__doc__)
    arguments.add_argument("--apps", type=int, default=100, help="how many applications; judge at 300 and 1,000")
    arguments.add_argument("--deployments", type=int, default=5000, help="of the part growth, how many at most")
    arguments.add_argument("parts", nargs="*", choices=[*PARTS, []], help="alone and chain by default")
    given = arguments.parse_args()
    result = Result("deployer")
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(_measure(result, Path(folder), given.parts or ["alone", "chain"], given))
    say(result.line())
    return 0


async def _measure(result: Result, folder: Path, parts: Sequence[str], given: argparse.Namespace) -> None:
    count = given.apps
    if {"alone", "chain"} & set(parts):
        say(f"floor, {count} applications:")
        bare = await floor(folder / "floor", count)
        result.figure(f"s, floor, {count} available", bare[0])
        result.figure("s of processor per application, floor in all", bare[1] / count)
    if "alone" in parts:
        say(f"deployer alone, {count} applications:")
        await _alone(result, folder, count, bare)
    if "chain" in parts:
        say(f"from HTTP request to healthy, {count} applications:")
        seconds = await chain_seconds(folder, count)
        result.figure(f"s, whole chain, {count} healthy", seconds)
        result.ratio(f"whole chain / floor, {count}", seconds / bare[0], under=2.5)
    if "growth" in parts:
        say("memory:")
        await growth(result, folder, given.deployments)


async def _alone(result: Result, folder: Path, count: int, bare: tuple[float, float]) -> None:
    kubeconfig = folder / "kubeconfig"
    async with plane(folder / "ours") as fresh, wire_to(fresh.cluster.address) as wire:
        direct = fresh.account
        shutil.copy(direct, kubeconfig)
        async with deployer(folder / "stack", kubeconfig) as running:
            await warm_up(running, fresh, list(apps(1, fresh.uid, "warm")))
            wanted = list(apps(count, fresh.uid))
            cost = await until_healthy(running, fresh, wanted)
            _say_cost(result, cost, wanted, bare)
            await idle(result, running, count)
            through(direct, wire, kubeconfig)
            await nothing_to_change(result, running, fresh, count)
            await healing(result, fresh, wanted, wire)
            await change_to_event(result, running, fresh)


def _say_cost(result: Result, cost: Cost, wanted: Sequence[App], bare: tuple[float, float]) -> None:
    count = len(wanted)
    objects = len({place_of(one) for app in wanted for one in app.objects()}) / count
    result.figure(f"s, deployer alone, {count} healthy", cost.seconds)
    result.ratio(f"deployer alone / floor, {count}", cost.seconds / bare[0], under=1.3)
    result.figure("objects per application", objects)
    result.figure("API requests of ours per application", cost.requests / count, under=objects + 4)
    result.figure("s of processor per application, deployer", cost.deployer_cpu / count, under=0.08)
    result.figure("s of processor per application, database", cost.database_cpu / count)
    result.figure("s of processor per application, broker", cost.broker_cpu / count)
    result.figure("s of processor per application, the cluster itself", cost.cluster_cpu / count)
    together = cost.deployer_cpu + cost.database_cpu + cost.broker_cpu + cost.cluster_cpu
    result.figure("s of processor per application, ours in all", together / count)
    result.ratio(f"processor time in all / floor, {count}", together / bare[1])


if __name__ == "__main__":
    sys.exit(main())
