"""How long the broker may hold a fetch: shortly while messages come, longer when the log is quiet.

The embedded broker sleeps half of that time and is not woken by a write, so short waits make decisions quick and long
ones make idle services cheap. Messages come in flurries; a consumer that heard one is quick for a while. Apache Kafka
answers at once whatever the wait is.
"""

import asyncio
from typing import Any

BUSY_SECONDS = 5.0


class FetchPace:
    """The pace of one consumer's fetches; `quiet_ms` is the wait it was made with, `busy_ms` that of a flurry."""

    def __init__(self, quiet_ms: int, busy_ms: int) -> None:
        self._quiet_ms = quiet_ms
        self._busy_ms = busy_ms
        self._heard_at = 0.0
        self._is_busy = False

    def heard(self, consumer: Any) -> None:
        """A message came: fetch quickly from the next fetch on."""
        loop = asyncio.get_running_loop()
        self._heard_at = loop.time()
        if not self._is_busy and self._busy_ms < self._quiet_ms:
            self._is_busy = True
            _set_wait(consumer, self._busy_ms)
            loop.call_later(BUSY_SECONDS, self._look, consumer)

    def _look(self, consumer: Any) -> None:
        loop = asyncio.get_running_loop()
        left = self._heard_at + BUSY_SECONDS - loop.time()
        if left > 0:
            loop.call_later(left, self._look, consumer)
        else:
            self._is_busy = False
            _set_wait(consumer, self._quiet_ms)


def _set_wait(consumer: Any, milliseconds: int) -> None:
    # The driver takes this at its start only; its fetcher reads it anew for each request.
    consumer._fetcher._fetch_max_wait_ms = milliseconds  # noqa: SLF001
