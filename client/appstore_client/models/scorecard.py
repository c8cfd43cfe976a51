"""What the rules say about one version of an app: verdicts, points, gates, and what each rests on."""

from datetime import date, datetime
from typing import Any

from appstore_client.models.base import ApiModel

BLOCKING = ("fail", "unknown")
"""The verdicts with which a gate stops a deployment; `warn` passes."""


class Reference(ApiModel):
    """The law or standard a rule rests on."""

    title: str
    uri: str | None = None


class Score(ApiModel):
    """`points` of 100; `coverage` is the known part of the applicable weight, from 0 to 1."""

    points: float
    coverage: float
    known: int | None = None
    of: int | None = None


class Result(ApiModel):
    """One rule's verdict; texts are in the language that was asked for."""

    rule: str
    rule_version: int | str | None = None
    verdict: str
    gate: bool = False
    weight: float = 0
    points: float | None = None
    title: str = ""
    message: str = ""
    legal_reference: Reference | None = None
    remedy: str | None = None
    assurance: str | None = None
    evidence: tuple[dict[str, Any], ...] = ()
    expires_at: date | None = None

    @property
    def blocks(self) -> bool:
        """Whether this rule alone stops a deployment."""
        return self.gate and self.verdict in BLOCKING


class CriterionCard(ApiModel):
    """One criterion: its verdict and the rules behind it."""

    verdict: str
    results: tuple[Result, ...] = ()


class Scorecard(ApiModel):
    """Everything the rules say about one version."""

    app: Any = None
    version: str
    score: Score
    criteria: dict[str, CriterionCard]
    gates: str
    change: str | None = None
    policy_set: Any = None
    as_of: datetime | None = None

    def blocking(self) -> tuple[tuple[str, Result], ...]:
        """Return the gates that stop a deployment, each with its criterion."""
        return tuple(
            (criterion, result) for criterion, card in self.criteria.items() for result in card.results if result.blocks
        )
