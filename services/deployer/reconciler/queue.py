"""The names to reconcile: each at most once at a time, woken again while it is being worked on means once more after.

Filled by commits, timers and the full pass; emptied by the workers. Nothing is in it when all is settled, nor on a
replica that does not lead: there it is closed.
"""

import asyncio
from collections import deque
from collections.abc import Callable

UNCERTAIN_SECONDS = 5.0
"""A commit whose answer was lost wakes nobody: look anyway after so long."""


class KeyedQueue:
    """Names in the order in which they became due."""

    def __init__(self) -> None:
        self._due: deque[str] = deque()
        self._waiting: set[str] = set()
        self._taken: set[str] = set()
        self._again: set[str] = set()
        self._timers: dict[str, asyncio.TimerHandle] = {}
        self._something = asyncio.Event()
        self._open = True

    def wake(self, name: str) -> None:
        """Have this name worked on as soon as can be; not at all while the queue is closed."""
        if not self._open:
            return
        timer = self._timers.pop(name, None)
        if timer is not None:
            timer.cancel()
        if name in self._taken:
            self._again.add(name)
        elif name not in self._waiting:
            self._waiting.add(name)
            self._due.append(name)
            self._something.set()

    def wake_after(self, name: str, seconds: float) -> None:
        """Have this name worked on after so many seconds, unless it is woken before."""
        earlier = self._timers.pop(name, None)
        if earlier is not None:
            earlier.cancel()
        if not self._open:
            return
        self._timers[name] = asyncio.get_running_loop().call_later(seconds, self.wake, name)

    def wake_after_commit(self, after_commit: list[Callable[[], None]], name: str) -> None:
        """Have this name worked on once the transaction that changes it is committed."""
        self.wake_after(name, UNCERTAIN_SECONDS)
        after_commit.append(lambda: self.wake(name))

    async def take(self) -> str:
        """The next name; it is the caller's until `put_back`."""
        while not self._due:
            self._something.clear()
            await self._something.wait()
        name = self._due.popleft()
        self._waiting.discard(name)
        self._taken.add(name)
        return name

    def put_back(self, name: str) -> bool:
        """The caller is finished with it; whether it was woken meanwhile, in which case it is due again at once."""
        self._taken.discard(name)
        if name in self._again:
            self._again.discard(name)
            self.wake(name)
            return True
        return False

    def open(self) -> None:
        """From now on what is woken is kept for the workers."""
        self._open = True

    def close(self) -> None:
        """Forget everything, and take nothing until it is opened again."""
        self._open = False
        for timer in self._timers.values():
            timer.cancel()
        for names in (self._timers, self._due, self._waiting, self._taken, self._again):
            names.clear()

    @property
    def idle(self) -> bool:
        """Whether nothing is due, being worked on or to come."""
        return not (self._due or self._taken or self._timers)
