"""What is known of an app's five criteria, as the mark and its caption show it.

Before it: compliance's verdicts, through the gateway's read models. After it: `criteria_mark.html`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Verdict = Literal["pass", "warn", "fail", "unknown", "n/a"]
Criterion = Literal["open-source", "dpia", "accessibility", "ai-risk", "self-host"]
Gate = Literal["open", "failed", "unknown"]

# Never in another order: people learn to read the mark by place (visual specification).
CRITERIA: tuple[Criterion, ...] = ("open-source", "dpia", "accessibility", "ai-risk", "self-host")


@dataclass(frozen=True)
class Score:
    """The verdict per criterion, and how many points of 100; a criterion left out is unknown."""

    verdicts: Mapping[Criterion, Verdict]
    points: int | None = None
    """0 to 100; unknown counts as 0. None when nothing was ever scored."""
    gate: Gate = "open"
    """Whether production is allowed; a gate that is unknown blocks as well."""

    @property
    def known(self) -> int:
        """How many of the criteria that apply are known."""
        return sum(self.verdicts.get(one, "unknown") not in {"unknown", "n/a"} for one in CRITERIA)

    @property
    def applicable(self) -> int:
        """How many criteria apply to this app."""
        return sum(self.verdicts.get(one, "unknown") != "n/a" for one in CRITERIA)
