"""Rows of a timeline, and how much room the silence between two of them takes.

Before it: a page, which turns events into sentences. After it: `timeline.html`.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from services.gateway.locales.texts import Texts

Node = Literal["done", "busy", "attention", "failed", "expected", "around"]
Room = Literal["none", "some", "more", "much"]

# Below this a word between two rows says nothing (visual specification, timeline).
_WORTH_A_WORD = timedelta(seconds=2)
_SILENCE = timedelta(days=1)
_ROUGH_FROM = timedelta(minutes=2)
_MORE_SHARE = 0.3
_MUCH_SHARE = 0.45


@dataclass(frozen=True)
class Gap:
    """The time between a row and the next."""

    room: Room = "none"
    words: str = ""


@dataclass(frozen=True)
class TimelineRow:
    """One thing that happened, happens or is expected; `sentence` is markup when it needs a strong word."""

    key: str
    """Stable name of the row, so that a page that updates itself knows which rows are new."""
    node: Node
    sentence: str
    time: str = ""
    at: datetime | None = None
    now: bool = False
    """Whether this is where the reader is: the marker."""
    gap: Gap = Gap()


def gap_between(
    earlier: datetime,
    later: datetime,
    whole: timedelta,
    texts: Texts,
    *,
    about: str = "",
    quiet: bool = False,
) -> Gap:
    """Room in proportion to the time between, as a share of the whole timeline, with a word from two seconds on.

    `about` is what the time was spent on; `quiet` says of days that nothing happened in them.
    """
    silence = abs(later - earlier)
    if silence < _WORTH_A_WORD:
        return Gap()
    share = silence / whole if whole else 0.0
    room: Room = "much" if share >= _MUCH_SHARE else "more" if share >= _MORE_SHARE else "some"
    if silence >= _SILENCE and quiet:
        return Gap(room, texts("timeline.quiet", span=texts.span(silence)))
    words = texts.span(silence) if silence >= _ROUGH_FROM else texts.duration(silence)
    return Gap(room, texts("timeline.for", duration=words, about=about) if about else words)
