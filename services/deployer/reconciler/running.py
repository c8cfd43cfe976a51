"""The reconciler as a part of the running service: starts with a full pass, then works when woken.

Woken by the commit of whatever changes what should be (`World.wake`) and by its own outcomes; asleep when all is
settled.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager, suppress

from services.deployer.reconciler.queue import KeyedQueue
from services.deployer.reconciler.worker import Reconcile, Workers


@asynccontextmanager
async def reconciling(
    queue: KeyedQueue,
    reconcile: Reconcile,
    names: Callable[[], Awaitable[Iterable[str]]],
    *,
    at_once: int,
) -> AsyncIterator[None]:
    """Workers on the queue for as long as the block lasts, beginning with all `names`."""
    for name in await names():
        queue.wake(name)
    working = asyncio.create_task(Workers(queue, reconcile, at_once=at_once).run())
    try:
        yield
    finally:
        working.cancel()
        with suppress(asyncio.CancelledError):
            await working
