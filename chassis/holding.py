"""Something that this process holds until a moment on its own monotonic clock, and the work that runs meanwhile.

Leases stand on it, wherever they are stored: `lease.py` in the service's database, the deployer's in its cluster. No
time of day is compared, so a wrong clock changes nothing.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import NoReturn

Work = Callable[[], Awaitable[None]]


class Holding:
    """Held from `hold` on for so many seconds, unless it is held anew. `gained` and `lost` hear of it."""

    def __init__(self, seconds: float, gained: Callable[[], None], lost: Callable[[], None]) -> None:
        self._seconds = seconds
        self._tell_gained, self._tell_lost = gained, lost
        self._valid_until = 0.0
        self._expiry: asyncio.TimerHandle | None = None
        self._gained = asyncio.Event()
        self._lost = asyncio.Event()
        self._lost.set()

    @property
    def held(self) -> bool:
        """Whether it is held at this moment: also right in a process that was stopped and has just woken up."""
        return time.monotonic() < self._valid_until

    def hold(self, since: float) -> None:
        """It is held since a moment before its store was asked, so that no contender counts from earlier."""
        self._valid_until = since + self._seconds
        if self._expiry is not None:
            self._expiry.cancel()
        loop = asyncio.get_running_loop()
        self._expiry = loop.call_later(max(0.0, self._valid_until - time.monotonic()), self.let_go)
        if not self._gained.is_set():
            self._lost.clear()
            self._gained.set()
            self._tell_gained()

    def let_go(self) -> None:
        """It is held no longer."""
        self._valid_until = 0.0
        if self._expiry is not None:
            self._expiry.cancel()
            self._expiry = None
        if self._gained.is_set():
            self._gained.clear()
            self._lost.set()
            self._tell_lost()

    async def while_held(self, work: Work) -> NoReturn:
        """Run `work` whenever it is held, and end it when it no longer is. Raises what `work` raises."""
        while True:
            await self._gained.wait()
            working, lost = asyncio.ensure_future(work()), asyncio.create_task(self._lost.wait())
            try:
                await asyncio.wait({working, lost}, return_when=asyncio.FIRST_COMPLETED)
                if working.done():
                    working.result()
                await lost
            finally:
                for task in (working, lost):
                    task.cancel()
                await asyncio.gather(working, lost, return_exceptions=True)


class Standstill:
    """For how long what a contender sees has not changed, on its own monotonic clock."""

    def __init__(self) -> None:
        self._seen: object = None
        self._since = 0.0

    def seconds(self, seen: object) -> float:
        """Seconds since this was seen for the first time."""
        now = time.monotonic()
        if seen != self._seen:
            self._seen, self._since = seen, now
        return now - self._since
