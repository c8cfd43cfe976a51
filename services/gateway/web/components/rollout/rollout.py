"""Turns the moments of a rollout into a bar in proportion to time.

Before it: a deployment page, which knows when each step began. After it: `rollout.html`, which only draws.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Literal

Step = Literal["checks", "place", "image", "pods"]
# A running bar never touches its end: there is always room for what is still to come.
_ROOM_AHEAD = 1.25
_LABEL_SHARE = 20.0


@dataclass(frozen=True)
class Usual:
    """How long this usually takes, and over how many runs that was measured."""

    at_least: float
    """Seconds."""
    at_most: float
    """Seconds."""
    runs: int


@dataclass(frozen=True)
class Pods:
    """The pods of one revision."""

    revision: int
    version: str
    ready: int
    starting: int = 0
    failing: int = 0
    expected: int = 0


@dataclass(frozen=True)
class Moments:
    """When each step of a rollout began; a step that did not begin yet is None."""

    requested: datetime
    place: datetime | None = None
    image: datetime | None = None
    pods: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True)
class Segment:
    """One step of the bar; `start` and `width` are percentages of the picture."""

    step: Step
    seconds: float
    start: float
    width: float
    running: bool

    @property
    def labelled_inside(self) -> bool:
        """Whether the step's name fits in the bar itself."""
        return not self.running and self.width >= _LABEL_SHARE


@dataclass(frozen=True)
class RolloutPicture:
    """The whole bar: its steps, how far it is, and where it usually ends."""

    segments: tuple[Segment, ...]
    elapsed: float
    end: float
    running: bool
    usual: Usual | None
    pods: tuple[Pods, ...]

    @property
    def tip(self) -> float:
        """How far the bar is, as a percentage."""
        return _percent(self.elapsed, self.end)


def draw(moments: Moments, now: datetime, usual: Usual | None, pods: tuple[Pods, ...]) -> RolloutPicture:
    """The bar of a rollout at `now`; pure, so the same moments give the same picture."""
    until = moments.ended or now
    elapsed = max((until - moments.requested).total_seconds(), 0.1)
    running = moments.ended is None
    end = max(usual.at_most if usual else 0.0, elapsed * _ROOM_AHEAD) if running else elapsed
    begins: list[tuple[Step, datetime | None]] = [
        ("checks", moments.requested),
        ("place", moments.place),
        ("image", moments.image),
        ("pods", moments.pods),
    ]
    begun = [(step, at) for step, at in begins if at is not None and at <= until]
    ends = [at for _, at in begun[1:]] + [until]
    segments = tuple(
        Segment(
            step,
            seconds=(stop - at).total_seconds(),
            start=_percent((at - moments.requested).total_seconds(), end),
            width=_percent((stop - at).total_seconds(), end),
            running=running and stop is until,
        )
        for (step, at), stop in zip(begun, ends, strict=True)
    )
    return RolloutPicture(segments, elapsed, end, running, usual, pods)


def _percent(seconds: float, end: float) -> float:
    return round(min(max(seconds, 0.0) / end, 1.0) * 100, 2)
