"""What people say of an app, and the proof that they ran it.

Before it: community's reviews with their proof of use. After it: the app page.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True)
class ProofOfUse:
    """What the events say of the author's team: how long, where, which versions, and whether it still runs."""

    seconds: int
    environments: tuple[str, ...]
    versions: tuple[str, ...]
    """Oldest first."""
    running: bool = False


@dataclass(frozen=True)
class Review:
    """One review; the author is None when that person was erased."""

    key: str
    text: str | None
    """None when its author was erased: nobody can read it any more."""
    rating: int | None
    """1 to 5."""
    author: str | None
    team: str | None
    at: datetime
    proof: ProofOfUse | None = None
    heading: str | None = None


@dataclass(frozen=True)
class Reviews:
    """The reviews of an app, newest first."""

    items: tuple[Review, ...] = ()
    average: float | None = None
    """1 to 5; None while nobody rated."""
    count: int = 0


NO_REVIEWS = Reviews()
