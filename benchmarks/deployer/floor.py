"""The floor: the same objects, applied by a bare client that reads nothing, follows nothing and remembers nothing.

Application after application, so many at once; the objects of each in order, as ours are. The clock runs from the first
apply to the moment at which the last Deployment is Available.
"""

import asyncio
import time
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

import orjson

from benchmarks.deployer.apps import App, apps
from benchmarks.deployer.plane import AT_ONCE, Plane, plane
from services.deployer.adapters.kubernetes.kinds import kind_of
from services.deployer.domain.manifest.build import Manifest

_HEADERS = {"Content-Type": "application/apply-patch+yaml"}
_QUERY = {"fieldManager": "bare"}
_PATIENCE = 1200

Requests = list[tuple[str, bytes]]


async def floor(home: Path, count: int) -> tuple[float, float]:
    """Seconds until so many applications are Available on a new cluster, after one that does not count.

    Second: the seconds of processor time that the cluster and this client used for them.
    """
    async with plane(home) as fresh:
        await _until_available(fresh, list(apps(1, fresh.uid, "warm")))
        used = fresh.cpu() + time.process_time()
        seconds = await _until_available(fresh, list(apps(count, fresh.uid)))
        return seconds, fresh.cpu() + time.process_time() - used


async def _until_available(fresh: Plane, wanted: Sequence[App]) -> float:
    work = [_requests_of(app.objects()) for app in wanted]
    began = time.perf_counter()
    async with asyncio.timeout(_PATIENCE), asyncio.TaskGroup() as group:
        group.create_task(_apply_each(fresh, work))
        await fresh.all_available(app.name for app in wanted)
    return time.perf_counter() - began


async def apply_all(fresh: Plane, wanted: Sequence[App], objects_of: Callable[[App], Iterable[Manifest]]) -> None:
    """Apply what `objects_of` makes of each application, without waiting for what comes of it."""
    await _apply_each(fresh, [_requests_of(objects_of(app)) for app in wanted])


async def _apply_each(fresh: Plane, work: Iterable[Requests]) -> None:
    turns = asyncio.Semaphore(AT_ONCE)
    async with asyncio.TaskGroup() as group:
        for requests in work:
            group.create_task(_apply(fresh, requests, turns))


def _requests_of(objects: Iterable[Manifest]) -> Requests:
    """Path and body of each apply, made before the clock runs."""
    found = []
    for one in objects:
        metadata = one["metadata"]
        kind = kind_of(one["apiVersion"], one["kind"], metadata["name"])
        found.append((kind.path(metadata.get("namespace"), metadata["name"]), orjson.dumps(one)))
    return found


async def _apply(fresh: Plane, requests: Requests, turns: asyncio.Semaphore) -> None:
    async with turns:
        for path, body in requests:
            async with fresh.http.patch(path, params=_QUERY, data=body, headers=_HEADERS) as answer:
                await answer.read()
