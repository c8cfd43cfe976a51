"""Time and order. The system clock, and the hybrid logical clock that puts every effect after its cause.

`hlc` orders timelines and nothing else (DESIGN, rule 6). It never runs more than five minutes ahead of the clock: a
stamp further ahead than that comes from a broken clock and is not followed.
"""

from datetime import UTC, datetime
from typing import Protocol

MAX_AHEAD_MS = 5 * 60 * 1000
_COUNTER_LIMIT = 99_999


class Clock(Protocol):
    """Where use cases get the time."""

    def now(self) -> datetime:
        """The time now, in UTC."""
        ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        """The time now, in UTC."""
        return datetime.now(UTC)


def stamp_after(now: datetime, *earlier: str | None) -> str:
    """A hybrid logical clock stamp at `now` and later than each of `earlier`, as text that sorts.

    A stamp more than five minutes ahead of `now` is ignored.
    """
    wall = int(now.timestamp() * 1000)
    millis, counter = wall, 0
    for stamp in earlier:
        if stamp is None:
            continue
        seen_millis, seen_counter = (int(part) for part in stamp.split("."))
        if (seen_millis, seen_counter) >= (wall + MAX_AHEAD_MS, _COUNTER_LIMIT):
            continue
        if (seen_millis, seen_counter) >= (millis, counter):
            millis, counter = (seen_millis, seen_counter + 1) if seen_counter < _COUNTER_LIMIT else (seen_millis + 1, 0)
    return f"{millis:013d}.{counter:05d}"
