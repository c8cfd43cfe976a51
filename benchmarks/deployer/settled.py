"""What a deployer costs that has nothing to do, and how soon it notices that it has: on N healthy deployments.

Memory and idle cost first; then it is started anew and goes through all of them without a write; then objects are
deleted by hand, with its watches and without; at last it is told how quickly a change in the cluster becomes an event.
"""

import asyncio
import random
import re
import time
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from typing import Any

import aiohttp
import orjson

from benchmarks.deployer.apps import App, apps
from benchmarks.deployer.cut import Wire
from benchmarks.deployer.plane import Plane
from benchmarks.deployer.running import QUICK_MS, Running
from benchmarks.result import Result, percentile
from infra.local.ready import get
from services.deployer.adapters.kubernetes.kinds import kind_of

IDLE_SECONDS = 20.0
DELETED = 100
CUT_SECONDS = 3.0
DELETED_UNSEEN = 20
FOLLOWED = 100
FOLLOWED_A_SECOND = 4.0
_AT_ONCE = 5
_LOOK = 0.01
_PATIENCE = 120
_BY_HAND = ("ServiceAccount", "NetworkPolicy", "Service", "Deployment")
_SEED = 20261124
_MILLI = 1000


async def idle(result: Result, running: Running, count: int) -> None:
    """Memory and processor time at rest."""
    await asyncio.sleep(10)
    before = running.cpu()
    await asyncio.sleep(IDLE_SECONDS)
    share = (running.cpu() - before) / IDLE_SECONDS
    result.figure(f"MiB resident, {count} healthy", running.mebibytes, under=250)
    result.figure(f"core, idle at {count} healthy", share, under=0.01)


async def nothing_to_change(result: Result, running: Running, plane: Plane, count: int) -> None:
    """Started anew, it reconciles everything once: no write at all."""
    recorded = plane.recorded()
    began = time.perf_counter()
    await running.stack.kill("deployer")
    none_yet = began
    async with asyncio.timeout(_PATIENCE):
        while (done := await asyncio.to_thread(_reconciled, running)) < count:
            if not done:
                none_yet = time.perf_counter()
            await asyncio.sleep(_LOOK)
    ended = time.perf_counter()
    result.figure(f"s, no-change reconcile of {count}", ended - none_yet, under=5)
    result.figure("s, the same from kill -9 of its process on", ended - began)
    result.figure("writes of a no-change reconcile", plane.requests(recorded, writes_only=True), under=1)
    result.figure(f"MiB resident, {count} read anew", running.mebibytes)


def _reconciled(running: Running) -> float:
    """How many reconciles have ended as they should since its start."""
    try:
        _, body = get(running.stack.ports.health("deployer"), "/metrics")
    except OSError:
        return 0
    text = body if isinstance(body, str) else body.decode()
    found = re.search(r'appstore_reconciles_total{outcome="done"} ([0-9.e+]+)', text)
    return float(found[1]) if found else 0


async def healing(result: Result, plane: Plane, wanted: Sequence[App], wire: Wire) -> None:
    """Objects deleted by hand, seen by a watch; then some that go while every watch is cut."""
    chosen = random.Random(_SEED)  # noqa: S311 - the same objects in every run
    turns = asyncio.Semaphore(_AT_ONCE)
    paths = chosen.sample([path for app in wanted for path in _deletable(app)], DELETED + DELETED_UNSEEN)
    took = await asyncio.gather(*(_deleted_and_back(plane, path, turns) for path in paths[:DELETED]))
    result.figure("s, deleted by hand until healed, median", percentile(took, 50))
    result.figure("s, deleted by hand until healed, p99", percentile(took, 99), under=5)
    wire.cut()
    uids = {path: await _delete(plane, path) for path in paths[DELETED:]}
    await asyncio.sleep(CUT_SECONDS)
    wire.mend()
    began = time.perf_counter()
    await asyncio.gather(*(_is_back(plane, path, uid) for path, uid in uids.items()))
    result.figure("s, deleted while the watch was cut, all healed after", time.perf_counter() - began, under=5)


def _deletable(app: App) -> list[str]:
    """Where those of its objects are that people delete; without its inventory the cluster collects all of them."""
    found = []
    for one in app.objects():
        if one["kind"] in _BY_HAND:
            name = one["metadata"]["name"]
            found.append(kind_of(one["apiVersion"], one["kind"], name).path(one["metadata"]["namespace"], name))
    return found


async def _deleted_and_back(plane: Plane, path: str, turns: asyncio.Semaphore) -> float:
    async with turns:
        uid = await _delete(plane, path)
        began = time.perf_counter()
        await _is_back(plane, path, uid)
        return time.perf_counter() - began


async def _delete(plane: Plane, path: str) -> str:
    found = await _there(plane, path)
    async with plane.http.delete(path, json={"propagationPolicy": "Background"}) as answer:
        await answer.read()
    return str(found["metadata"]["uid"]) if found else ""


async def _is_back(plane: Plane, path: str, uid: str) -> None:
    async with asyncio.timeout(_PATIENCE):
        while True:
            found = await _there(plane, path)
            if found is not None and found["metadata"]["uid"] != uid:
                return
            await asyncio.sleep(_LOOK)


async def _there(plane: Plane, path: str) -> dict[str, Any] | None:
    try:
        async with plane.http.get(path) as answer:
            found: dict[str, Any] = orjson.loads(await answer.read())
            return found
    except aiohttp.ClientResponseError as error:
        if error.status == 404:  # noqa: PLR2004 - Not Found
            return None
        raise


async def change_to_event(result: Result, running: Running, plane: Plane) -> None:
    """More applications at a steady rate: from a pod that became ready to the event on the log that says so."""
    wanted = list(apps(FOLLOWED, plane.uid, "followed"))
    ready: dict[str, float] = {}
    told: dict[str, float] = {}
    watching = asyncio.create_task(_note_ready(plane, ready))
    hearing = asyncio.create_task(_note_told(running, told))
    try:
        async with asyncio.timeout(_PATIENCE):
            for app in wanted:
                await running.feed([app.requested(), app.approved()])
                await asyncio.sleep(1 / FOLLOWED_A_SECOND)
            while not all(app.deployment in told and app.name in ready for app in wanted):  # noqa: ASYNC110
                await asyncio.sleep(0.1)
    finally:
        for task in (watching, hearing):
            task.cancel()
        await asyncio.gather(watching, hearing, return_exceptions=True)
    took = [max(told[app.deployment] - ready[app.name], 0.0) * _MILLI for app in wanted]
    result.figure("ms, pod ready until DeploymentSucceeded is on the log, p50", percentile(took, 50))
    result.figure("ms, pod ready until DeploymentSucceeded is on the log, p99", percentile(took, 99), under=200)


async def _note_ready(plane: Plane, ready: dict[str, float]) -> None:
    async with aclosing(_ready_pods(plane)) as pods:
        async for instance in pods:
            ready.setdefault(instance, time.perf_counter())


async def _ready_pods(plane: Plane) -> AsyncGenerator[str, None]:
    """The application of each pod, as soon as it is ready."""
    query = {"watch": "true", "resourceVersion": "0"}
    async with plane.http.get("/api/v1/pods", params=query) as answer:
        while line := await answer.content.readline():
            pod = orjson.loads(line)["object"]
            conditions = pod.get("status", {}).get("conditions", ())
            if any(one["type"] == "Ready" and one["status"] == "True" for one in conditions):
                yield pod["metadata"]["labels"]["app.kubernetes.io/instance"]


async def _note_told(running: Running, told: dict[str, float]) -> None:
    async with aclosing(running.succeeded(QUICK_MS)) as events:
        async for deployment in events:
            told.setdefault(deployment, time.perf_counter())
