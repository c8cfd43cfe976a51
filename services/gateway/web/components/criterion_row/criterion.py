"""One criterion: its verdict, the reason in a sentence, and every rule that made it.

Before it: compliance's rule results with the texts of their rules, in the reader's language.
After it: `criterion_row.html`.
"""

from dataclasses import dataclass
from typing import Literal

from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import Verdict
from services.gateway.web.components.rejection_reason.reason import Law
from services.gateway.web.components.who_says_so.source import UNKNOWN, Source

# What a reader needs to know first: what stops, then what nobody knows, then what could be better.
_MOST_TELLING = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN, Verdict.PASS, Verdict.NOT_APPLICABLE)


@dataclass(frozen=True)
class RuleVerdict:
    """What one rule found about this version."""

    title: str
    verdict: Verdict
    finding: str = ""
    """What was found, as a sentence; for "n/a" the reason."""
    earned: float | None = None
    possible: float | None = None
    """Points; None for a gate, which stands apart from the score."""
    is_gate: bool = False
    law: Law | None = None
    source: Source = UNKNOWN
    raises: str | None = None
    """What would make this higher; None when nothing needs doing."""


@dataclass(frozen=True)
class CriterionVerdict:
    """One of the five, or "other" for rules outside them."""

    criterion: Criterion | Literal["other"]
    verdict: Verdict
    rules: tuple[RuleVerdict, ...]
    reason: str = ""
    """One sentence; left empty, the most telling rule's finding speaks."""

    @property
    def telling(self) -> RuleVerdict | None:
        """The rule that explains the verdict best."""
        return min(self.rules, key=lambda rule: _MOST_TELLING.index(rule.verdict), default=None)

    @property
    def sentence(self) -> str:
        """The reason, or what the most telling rule found; empty when no rule looked."""
        return self.reason or ((self.telling.finding or self.telling.title) if self.telling else "")

    @property
    def source(self) -> Source:
        """Who says so: the source of the most telling rule."""
        return self.telling.source if self.telling else UNKNOWN
