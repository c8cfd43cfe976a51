"""The reconciler as a part of the running service: on the replica that leads, a full pass, then work when woken.

Woken by the commit of whatever changes what should be, here (`World.wake`) or on another replica (`Others`), and by its
own outcomes; asleep when all is settled.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from typing import NoReturn

import structlog

from chassis.health import Readiness
from services.deployer.reconciler.queue import KeyedQueue
from services.deployer.reconciler.worker import Workers

log = structlog.get_logger(__name__)

_CLUSTER = "cluster"
AGAIN_SECONDS = 1.0
"""A full pass that failed is tried again after so long."""

Names = Callable[[], Awaitable[Iterable[str]]]
Others = Callable[[Callable[[str], None], Callable[[], None]], Awaitable[NoReturn]]
"""Calls the first with each name that another replica wakes, the second whenever it may have missed some."""
WhileLeading = Callable[[Callable[[], Awaitable[None]]], Awaitable[NoReturn]]


@dataclass(frozen=True, slots=True)
class LeadsInstallation:
    """How this process leads the replicas of its database, for a cluster that may have other installations.

    `installation` gives the database's name, `process` is this process; `readiness` says who else acts in its place.
    """

    installation: Callable[[], Awaitable[str]]
    process: str
    leads: Callable[[], bool]
    while_leading: WhileLeading
    readiness: Readiness

    def told(self, other: str | None) -> None:
        """Another installation acts, or this one does (None)."""
        if other is None:
            self.readiness.unnote(_CLUSTER)
        else:
            self.readiness.note(_CLUSTER, f"installation {other} acts on the cluster; this one stands by")


@asynccontextmanager
async def reconciling(
    queue: KeyedQueue, workers: Workers, names: Names, others: Others, while_leading: WhileLeading
) -> AsyncIterator[None]:
    """Workers on the queue for as long as the block lasts and this replica leads, beginning with all `names`."""
    queue.close()
    leading = asyncio.ensure_future(while_leading(partial(_lead, queue, workers, names, others)))
    try:
        yield
    finally:
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)


async def _lead(queue: KeyedQueue, workers: Workers, names: Names, others: Others) -> None:
    while True:
        queue.open()
        asked = asyncio.Event()
        asked.set()
        try:
            async with asyncio.TaskGroup() as group:
                group.create_task(_wake_all(queue, names, asked))
                group.create_task(workers.run())
                group.create_task(_hear(others, queue, asked))
        except Exception:
            log.exception("reconciling failed, beginning again with all")
            await asyncio.sleep(AGAIN_SECONDS)


async def _hear(others: Others, queue: KeyedQueue, asked: asyncio.Event) -> NoReturn:
    await others(queue.wake, asked.set)


async def _wake_all(queue: KeyedQueue, names: Names, asked: asyncio.Event) -> NoReturn:
    """The full pass, each time it is asked for."""
    while True:
        await asked.wait()
        asked.clear()
        try:
            for name in await names():
                queue.wake(name)
        except Exception as error:  # noqa: BLE001 - most often the database is away; a pass that was asked for is made
            log.warning("the full pass failed, trying again", error=str(error))
            await asyncio.sleep(AGAIN_SECONDS)
            asked.set()
