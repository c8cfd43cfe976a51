"""What will happen to the stack, made from a seed alone, so that a failure can be replayed from its seed.

A blow falls when so many requests were accepted, not at a time of the clock: a slow machine gets the same story.
"""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

SHORT = (40, 12)
"""Deployments and blows of the short run; every kind of blow is in it."""
FULL = (200, 50)


class Kind(StrEnum):
    """What a blow does."""

    KILL = "kill -9"
    STOP = "stop for a while"
    CUT = "cut connections to"
    DELAY = "delay connections to"


@dataclass(frozen=True, slots=True)
class Blow:
    """One blow: after so many accepted requests, this to that part, for so many seconds."""

    after: int
    kind: Kind
    victim: str
    seconds: float

    def __str__(self) -> str:
        """As a line of the log."""
        lasting = f" ({self.seconds:.1f} s)" if self.seconds else ""
        return f"after {self.after:>3} accepted: {self.kind} {self.victim}{lasting}"


@dataclass(frozen=True, slots=True)
class Plan:
    """Everything that is left to chance."""

    seed: int
    deployments: int
    blows: tuple[Blow, ...]


def plan_of(seed: int, parts: Sequence[str], size: tuple[int, int]) -> Plan:
    """The plan of a seed: every part is struck once before one is struck again."""
    chance = random.Random(seed)  # noqa: S311 - a story, not a secret
    deployments, count = size
    moments = sorted(chance.sample(range(1, deployments * 2), count))
    deck: list[str] = []
    blows = []
    for number, moment in enumerate(moments):
        if not deck:
            deck = chance.sample(list(parts), len(parts))
        # Two kills for each blow of another kind, as in the field: processes die more often than networks.
        kind = (Kind.KILL, Kind.STOP, Kind.KILL, Kind.CUT, Kind.KILL, Kind.DELAY)[number % 6]
        if kind in {Kind.CUT, Kind.DELAY}:
            blows.append(Blow(moment, kind, chance.choice(("broker", "database")), round(chance.uniform(0.5, 3), 1)))
            continue
        seconds = round(chance.uniform(1, 6), 1) if kind is Kind.STOP else 0.0
        blows.append(Blow(moment, kind, deck.pop(), seconds))
    return Plan(seed, deployments, tuple(blows))
