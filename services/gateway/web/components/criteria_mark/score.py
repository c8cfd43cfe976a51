"""What is known of an app's five criteria, as the mark and its caption show it.

Before it: compliance's verdicts, through the gateway's read models. After it: `criteria_mark.html`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import Verdict

Gate = Literal["open", "failed", "unknown"]

# Never in another order: people learn to read the mark by place (visual specification).
CRITERIA = tuple(Criterion)
_SAYS_NOTHING = frozenset({Verdict.UNKNOWN, Verdict.NOT_APPLICABLE})


@dataclass(frozen=True)
class Score:
    """The verdict per criterion, and how many points of 100; a criterion left out is unknown."""

    verdicts: Mapping[Criterion, Verdict]
    points: int | None = None
    """0 to 100; unknown counts as 0. None when nothing was ever scored."""
    gate: Gate = "open"
    """Whether it may be deployed; a gate that is unknown blocks as well."""

    def of(self, criterion: Criterion) -> Verdict:
        """The verdict about one criterion."""
        return self.verdicts.get(criterion, Verdict.UNKNOWN)

    @property
    def known(self) -> int:
        """How many of the criteria that apply are known."""
        return sum(self.of(one) not in _SAYS_NOTHING for one in CRITERIA)

    @property
    def applicable(self) -> int:
        """How many criteria apply to this app."""
        return sum(self.of(one) != Verdict.NOT_APPLICABLE for one in CRITERIA)
