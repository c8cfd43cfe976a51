"""The verdict of each rule about one version of an app, and the score that follows from them."""

from datetime import date
from enum import StrEnum
from typing import Annotated

from pydantic import Field

from contracts.apps.facts import Assurance, Source
from contracts.compliance.rule import Criterion, RuleVersion
from contracts.identifiers import Code, RuleId, Sha256
from contracts.noun import Noun, Sentence


class Verdict(StrEnum):
    """What a rule says. Unknown counts 0; not applicable leaves the sum, with its reason."""

    PASS = "pass"  # noqa: S105 - a verdict, not a password
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    NOT_APPLICABLE = "n/a"


Params = Annotated[dict[str, str | int | float | bool], Field(max_length=16)]


class RuleResult(Noun):
    """One rule's verdict. `message_code` names a text of the rule; `params` fill it."""

    rule: RuleId
    rule_version: RuleVersion
    criterion: Criterion
    verdict: Verdict
    gate: bool
    weight: Annotated[float, Field(gt=0, le=100)]
    message_code: Code
    params: Params = {}
    assurance: Assurance | None = None
    evidence: tuple[Source, ...] = ()
    expires_at: date | None = None
    reason: Sentence | None = None
    """Why the rule does not apply, in the words of whoever said so."""


class PolicySet(Noun):
    """Which rules decided: the set's own version and the hash of its files."""

    version: Sentence
    sha256: Sha256


class ScoreChange(StrEnum):
    """Why a score was made again."""

    FIRST = "first"
    POLICY = "policy"
    EVIDENCE = "evidence"
    EXPIRY = "expiry"
    LAW = "law"
    FACTS = "facts"


class Score(Noun):
    """`points` of 100 over the applicable weight; `coverage` is known weight over applicable weight, from 0 to 1."""

    points: Annotated[int, Field(ge=0, le=100)]
    coverage: Annotated[float, Field(ge=0, le=1)]
