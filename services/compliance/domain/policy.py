"""What a rule is, and the set of rules that decides at one moment.

The files of `policies/` become these values (`adapters/files/policies.py`); `verdict.py` applies one rule. A rule is a
table of cases read from the top: the first that holds gives the verdict. Expressions stay text here; the engine of the
set has compiled every one of them before the set exists.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from contracts.compliance.events import RulePublished, RuleRetired
from contracts.compliance.level import PolicyLevel
from contracts.compliance.rule import Criterion, LegalReference, RuleTexts
from contracts.compliance.verdict import PolicySet as PolicySetIdentity
from contracts.compliance.verdict import Verdict
from contracts.envelope import Event
from contracts.noun import Noun

Plain = bool | int | float | str | tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Undefined:
    """An expression that has no answer, because something it reads is missing or of another kind."""

    why: str


Evaluate = Callable[[str], Plain | Undefined]
"""Answers one expression over inputs that were bound before."""


class Engine(Protocol):
    """What evaluates the expressions of one policy set."""

    @property
    def name(self) -> str:
        """Engine and version, as a verdict records it."""
        ...

    def over(self, inputs: Mapping[str, Any]) -> Evaluate:
        """Bind `facts` (wire name to plain value), `notApplicable` (wire name to reason) and `today` (ISO date)."""
        ...


@dataclass(frozen=True, slots=True)
class Case:
    """One row of a rule: when its expression is true, this verdict with this message."""

    verdict: Verdict
    when: str
    message: str
    params: Mapping[str, str]
    """Name in the message to expression."""
    reason_of: str | None = None
    """For n/a: the fact whose own reason is quoted."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One rule. `needs` must be known before any case is looked at; cases ask for what is in `may_use` themselves."""

    id: str
    version: str
    criterion: Criterion
    gate: bool
    weight: float
    needs: tuple[str, ...]
    may_use: tuple[str, ...]
    cases: tuple[Case, ...]
    texts: RuleTexts
    legal_reference: LegalReference
    blocks_from: PolicyLevel = PolicyLevel.LENIENT
    """Of a gate: the lowest level at which it blocks."""


@dataclass(frozen=True, slots=True)
class PolicySet:
    """The rules in force, sorted by id, with the hash of the files they came from and the engine that compiled them."""

    identity: PolicySetIdentity
    rules: tuple[Rule, ...]
    engine: Engine


class RuleState(Noun):
    """What was last told about a rule; `published` is None once it was retired."""

    rule: str
    published: RulePublished | None


def evolve(state: RuleState | None, event: Event[RulePublished | RuleRetired]) -> RuleState:
    """Fold what this service told about a rule."""
    del state
    data = event.data
    return RuleState(rule=data.rule, published=data if isinstance(data, RulePublished) else None)


def to_published(rule: Rule) -> RulePublished:
    """What readers learn about a rule."""
    return RulePublished(
        rule=rule.id,
        version=rule.version,
        criterion=rule.criterion,
        gate=rule.gate,
        weight=rule.weight,
        texts=rule.texts,
        legal_reference=rule.legal_reference,
        blocks_from=rule.blocks_from,
    )


def changed_rules(policy_set: PolicySet, told: Mapping[str, RuleState]) -> tuple[RulePublished | RuleRetired, ...]:
    """What readers of the rules must still hear: new and changed rules, then those that are gone."""
    published = tuple(
        message
        for message in map(to_published, policy_set.rules)
        if message.rule not in told or told[message.rule].published != message
    )
    present = {rule.id for rule in policy_set.rules}
    gone = sorted(rule for rule, state in told.items() if state.published is not None and rule not in present)
    return (*published, *(RuleRetired(rule=rule) for rule in gone))
