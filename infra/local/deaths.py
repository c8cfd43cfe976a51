"""How patient the supervisor is with a part that keeps dying: it waits longer each time, then gives up."""

from dataclasses import dataclass, field

FIRST_DELAY = 0.2  # seconds: a part that died by accident is back before anybody notices
LONGEST_DELAY = 5.0  # seconds: longer would only make somebody wait who has just repaired the cause
WINDOW = 60.0  # seconds over which deaths are counted
_MANY = 16  # deaths in a row that count no further
DEATHS_TO_STOP = 3  # in one window: it will not get better by itself


@dataclass(slots=True)
class Deaths:
    """The recent deaths of one part. Times are seconds of a clock that never goes back."""

    _times: list[float] = field(default_factory=list)
    _in_a_row: int = 0

    def record(self, now: float, lived: float) -> None:
        """Remember a death at `now` of a process that had lived for `lived` seconds."""
        self._times = [time for time in self._times if now - time < WINDOW] + [now]
        self._note_life(lived)

    def restarted(self, lived: float) -> None:
        """Remember an end that is nobody's fault: it slows the next start down, and counts for nothing else."""
        self._note_life(lived)

    def refused(self) -> None:
        """Remember an end that only an operator can change: look again now and then, for as long as that takes."""
        self._in_a_row = _MANY

    def too_many(self) -> bool:
        """Whether the stack should stop because of this part."""
        return len(self._times) >= DEATHS_TO_STOP

    def delay(self) -> float:
        """Seconds to wait before the next start: doubling from death to death, forgotten after a calm minute."""
        return min(FIRST_DELAY * 2.0 ** (self._in_a_row - 1), LONGEST_DELAY)

    def _note_life(self, lived: float) -> None:
        self._in_a_row = 1 if lived >= WINDOW else min(self._in_a_row + 1, _MANY)
