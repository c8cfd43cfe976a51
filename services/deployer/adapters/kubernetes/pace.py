"""How many requests a second go to one API server: a token bucket, so that a storm of work is no storm of requests.

`connection.py` takes a token before each request. A 429 with Retry-After holds everybody back, not only who got it.
"""

import asyncio
import random
from collections.abc import Callable

FIRST_WAIT_SECONDS = 0.2
LONGEST_WAIT_SECONDS = 30.0


def wait_seconds(failures: int, spread: Callable[[], float] = random.random) -> float:
    """The wait after so many failures in a row, from 1 on: doubled each time, and anywhere in its upper half.

    Many clients that lost the same server must not come back in the same moment.
    """
    longest = min(FIRST_WAIT_SECONDS * 2.0 ** min(failures - 1, 20), LONGEST_WAIT_SECONDS)
    return longest * (0.5 + spread() / 2)


async def pause(seconds: float) -> None:
    """Wait; the one place of the adapter that does."""
    await asyncio.sleep(seconds)


class Pace:
    """`per_second` requests on average, and `burst` at once after a quiet while."""

    def __init__(self, per_second: float, burst: int, now: Callable[[], float]) -> None:
        self._per_second = per_second
        self._burst = float(burst)
        self._now = now
        self._tokens = float(burst)
        self._counted_at = now()
        self._not_before = 0.0

    def take(self) -> float:
        """Take a token; the seconds to wait before it counts."""
        now = self._now()
        self._tokens = min(self._burst, self._tokens + (now - self._counted_at) * self._per_second)
        self._counted_at = now
        self._tokens -= 1
        return max(-self._tokens / self._per_second, self._not_before - now, 0.0)

    def hold(self, seconds: float) -> None:
        """The server asks for silence: nobody's next request goes before so many seconds."""
        self._not_before = max(self._not_before, self._now() + min(seconds, LONGEST_WAIT_SECONDS))

    async def turn(self) -> None:
        """Wait for this request's turn."""
        seconds = self.take()
        if seconds > 0:
            await pause(seconds)
