"""What a reconcile answers. Exactly four, so that whoever runs it needs to know nothing else."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Done:
    """As it should be; nothing more until somebody wakes it."""


@dataclass(frozen=True, slots=True)
class AgainAfter:
    """Something will have changed by then."""

    seconds: float


@dataclass(frozen=True, slots=True)
class TryAgain:
    """It did not work now; again after a growing wait."""

    reason: str


@dataclass(frozen=True, slots=True)
class GiveUp:
    """It will not work until something else changes and wakes it."""

    reason: str


Outcome = Done | AgainAfter | TryAgain | GiveUp
