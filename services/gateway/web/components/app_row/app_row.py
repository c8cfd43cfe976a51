"""One app as a row that can be compared with the next.

Before it: the gateway's `app_card` read model. After it: `app_row.html`.
"""

from dataclasses import dataclass

from services.gateway.web.components.criteria_mark.score import Score


@dataclass(frozen=True)
class Needs:
    """What an app asks of a cluster; None is unknown."""

    gpu: bool | None = None
    millicores: int | None = None
    memory_bytes: int | None = None


@dataclass(frozen=True)
class AppRow:
    """An app as the list shows it."""

    title: str
    href: str
    sentence: str
    score: Score
    version: str | None = None
    licence: str | None = None
    needs: Needs = Needs()
    teams: int = 0
    """How many teams run it now, on this platform."""
    is_new: bool = False
    """Published in the last seven days."""
