"""How long to wait after failures in a row. Pure; without jitter, since one process reconciles a cluster."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Backoff:
    """Doubles from `first_seconds` up to `ceiling_seconds`."""

    first_seconds: float = 0.5
    ceiling_seconds: float = 60.0

    def seconds(self, failures: int) -> float:
        """The wait after so many failures in a row, from 1 on."""
        return min(self.first_seconds * 2.0 ** min(failures - 1, 30), self.ceiling_seconds)
