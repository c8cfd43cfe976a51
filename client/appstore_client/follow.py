"""Follows one operation to its end: its events as they happen, and the operation itself as the last word.

The stream of events makes it live; reading the operation and the timeline at a growing interval makes it certain, also
when the stream breaks or was opened late. Only the operation says that it is over (DESIGN, "the owner answers").
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncGenerator
from dataclasses import dataclass

from appstore_client.app_store import AppStore
from appstore_client.models.deployment import TimelineEntry
from appstore_client.models.operation import Operation
from appstore_client.problem import NOT_FOUND, Problem, is_away
from appstore_client.resources.events import Reset

FIRST_INTERVAL, LONGEST_INTERVAL = 0.25, 2.0
"""Seconds between two readings: short after news, doubling while nothing happens."""
SETTLE = 0.05
"""Seconds in which events that come together arrive; topics do not wait for one another, people read in order."""
MOST_WAITING = 500
"""Events that may wait for a slow reader; those beyond it are found in the timeline."""


@dataclass
class _Following:
    store: AppStore
    operation: Operation
    seen: set[str]

    def takes(self, entry: TimelineEntry) -> bool:
        """Whether the entry belongs to this operation and is new."""
        if entry.correlation_id != self.operation.id or entry.id in self.seen:
            return False
        self.seen.add(entry.id)
        return True

    async def read(self, *, last: bool) -> list[TimelineEntry]:
        """Read what is new; while there is time, a platform that is away for a moment is no news."""
        try:
            return await self._read()
        except Problem as problem:
            if last or not is_away(problem):
                raise
            return []

    async def _read(self) -> list[TimelineEntry]:
        self.operation = await self.store.operations.get(self.operation.id)
        deployment = self.operation.subject.deployment
        if deployment is None:
            return []
        try:
            entries = await self.store.deployments.timeline(deployment)
        except Problem as problem:
            if problem.status == NOT_FOUND:
                # The read model has not heard of the deployment yet.
                return []
            raise
        return list(entries)


async def follow_operation(
    store: AppStore,
    operation: Operation,
    *,
    within: float,
) -> AsyncGenerator[TimelineEntry | Operation, None]:
    """Go through the events of an operation, each once; the operation comes last, ended or after `within` seconds.

    Raises:
        Problem: the API refuses, or is away when the time is over.
    """
    following = _Following(store, operation, set())
    news: asyncio.Queue[TimelineEntry | Reset] = asyncio.Queue(MOST_WAITING)
    listener = asyncio.create_task(_listen(store, operation.subject.deployment, news))
    deadline = time.monotonic() + within
    try:
        interval = FIRST_INTERVAL
        while True:
            left = deadline - time.monotonic()
            heard = await _heard(news, min(interval, max(left, 0)))
            read = await following.read(last=left <= 0)
            found = sorted((one for one in (*heard, *read) if following.takes(one)), key=lambda one: one.hlc or "")
            for entry in found:
                yield entry
            if following.operation.ended or left <= 0:
                break
            interval = FIRST_INTERVAL if found else min(interval * 2, LONGEST_INTERVAL)
    finally:
        listener.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await listener
    yield following.operation


async def _listen(store: AppStore, deployment: str | None, news: asyncio.Queue[TimelineEntry | Reset]) -> None:
    if deployment is None:
        return
    while True:
        try:
            async for heard in store.events.subscribe(deployment=deployment):
                if not news.full():
                    news.put_nowait(heard)
        except Problem as problem:
            # Without a stream, reading alone finds everything, only later.
            if problem.status != NOT_FOUND and not is_away(problem):
                return
        # The stream may not have heard of the deployment yet.
        await asyncio.sleep(LONGEST_INTERVAL)


async def _heard(news: asyncio.Queue[TimelineEntry | Reset], within: float) -> list[TimelineEntry]:
    """Wait for one event and return it with those behind it; nothing when none came in time."""
    try:
        async with asyncio.timeout(within):
            first = await news.get()
    except TimeoutError:
        return []
    heard = [first]
    await asyncio.sleep(SETTLE)
    while not news.empty():
        heard.append(news.get_nowait())
    return [entry for entry in heard if not isinstance(entry, Reset)]
