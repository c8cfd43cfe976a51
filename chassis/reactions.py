"""Reactions behind the polls: people wait for what is folded, nobody for the line in the audit log.

`redeliver` hands over what a poll folded and goes on with the next; here the reactors take it, in order, as much at a
time as came meanwhile. Offsets are committed only after `settled`, so what a process did not come to is read again.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence

import structlog

from chassis.errors import NotNow
from chassis.kafka import Partition
from chassis.reactor import Heard

log = structlog.get_logger(__name__)

AT_ONCE = 500
"""Messages in one go."""
MOST = 5000
"""Messages that may wait; a poll that brings more waits for them."""
_AGAIN_SECONDS = 0.5

React = Callable[[Sequence[Heard]], Awaitable[set[Partition]]]
"""Reacts to messages in order; the partitions in which a gap was met. Raises NotNow."""


class Reactions:
    """What is still to be reacted to, in the order in which it was folded."""

    def __init__(self, react: React) -> None:
        self._react = react
        self._waiting: list[Heard] = []
        self._heard = 0
        self._done = 0
        self._went_on = asyncio.Event()
        self._gaps: set[Partition] = set()
        self._working: asyncio.Task[None] | None = None

    async def hear(self, folded: Sequence[Heard]) -> None:
        """React to these when it is their turn."""
        while len(self._waiting) > MOST:
            await self._step()
        self._waiting += folded
        self._heard += len(folded)
        if self._waiting and (self._working is None or self._working.done()):
            self._working = asyncio.ensure_future(self._work())

    async def settled(self) -> None:
        """Wait until all that was heard before now was reacted to, however long the database is away."""
        heard = self._heard
        while self._done < heard:
            await self._step()

    def met_gaps(self) -> set[Partition]:
        """The partitions in which a gap was met since this was asked last."""
        gaps, self._gaps = self._gaps, set()
        return gaps

    async def _step(self) -> None:
        self._went_on.clear()
        await self._went_on.wait()

    async def _work(self) -> None:
        while some := self._waiting[:AT_ONCE]:
            try:
                self._gaps |= await self._react(some)
            except NotNow:
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            except Exception:
                log.exception("could not react, trying again")
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            del self._waiting[: len(some)]
            self._done += len(some)
            self._went_on.set()
