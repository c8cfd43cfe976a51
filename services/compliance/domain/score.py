"""From results to a score, a verdict per criterion and a verdict of the gates; and what was last told about a version.

Score = sum(weight x value) / sum(weight) over the rules that apply: pass 1, warn 0.5, fail 0 and unknown 0, so that
missing data never raises a score. Coverage = known weight / applicable weight stands beside it. Gates are apart: no
score makes up for one.

The mark of a criterion is its worst rule, in the order fail, unknown, warn, pass: it never looks better than the
truth. Unknown ranks below warn, as in the score and at the gate. A criterion is n/a only when rules looked and every
one of them does not apply; a criterion no rule looks at is unknown.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction
from math import floor

from contracts.apps.facts import Facts
from contracts.compliance.events import ComplianceScored
from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import PolicySet as PolicySetIdentity
from contracts.compliance.verdict import RuleResult, Score, ScoreChange, Verdict
from contracts.envelope import Event
from contracts.identifiers import AppId, Sha256, VersionTag, version_key
from contracts.noun import Noun, Time
from services.compliance.domain.calendar import legal_day
from services.compliance.domain.fact import facts_on, input_sha256
from services.compliance.domain.policy import PolicySet
from services.compliance.domain.verdict import judge

_VALUE = {
    Verdict.PASS: Fraction(1),
    Verdict.WARN: Fraction(1, 2),
    Verdict.FAIL: Fraction(0),
    Verdict.UNKNOWN: Fraction(0),
}
_WORST_FIRST = (Verdict.FAIL, Verdict.UNKNOWN, Verdict.WARN, Verdict.PASS)


@dataclass(frozen=True, slots=True)
class Scored:
    """Everything the rules of one set say about facts on one day."""

    policy_set: PolicySet
    results: tuple[RuleResult, ...]
    score: Score
    criteria: dict[Criterion, Verdict]
    gates: Verdict
    input_sha256: str


class VerdictState(Noun):
    """What was last told about a version."""

    subject: str
    app: AppId
    version: VersionTag
    results: tuple[RuleResult, ...]
    input_sha256: Sha256
    policy_set: PolicySetIdentity
    as_of: Time


def evolve(state: VerdictState | None, event: Event[ComplianceScored]) -> VerdictState:
    """Fold what this service told about a version."""
    del state
    told = event.data
    return VerdictState(
        subject=told.subject,
        app=told.app,
        version=told.version,
        results=told.results,
        input_sha256=told.input_sha256,
        policy_set=told.policy_set,
        as_of=told.as_of,
    )


def score(policy_set: PolicySet, facts: Facts, day: date) -> Scored:
    """Judge the facts by every rule of the set."""
    known = facts_on(day, facts)
    evaluate = policy_set.engine.over(known.inputs())
    results = tuple(judge(rule, known, evaluate) for rule in policy_set.rules)
    return Scored(policy_set, results, add_up(results), criteria_of(results), gates_of(results), input_sha256(facts))


def add_up(results: Sequence[RuleResult]) -> Score:
    """Points rounded down, and coverage. With nothing that applies both are 0: nothing was shown."""
    applicable = [result for result in results if result.verdict is not Verdict.NOT_APPLICABLE]
    total = sum((Fraction(result.weight) for result in applicable), Fraction(0))
    if total == 0:
        return Score(points=0, coverage=0)
    earned = sum((Fraction(result.weight) * _VALUE[result.verdict] for result in applicable), Fraction(0))
    known = sum((Fraction(r.weight) for r in applicable if r.verdict is not Verdict.UNKNOWN), Fraction(0))
    return Score(points=floor(100 * earned / total), coverage=floor(1000 * known / total) / 1000)


def criteria_of(results: Sequence[RuleResult]) -> dict[Criterion, Verdict]:
    """The verdict of each of the five criteria."""
    return {
        criterion: _worst(result.verdict for result in results if result.criterion is criterion)
        for criterion in Criterion
    }


def gates_of(results: Sequence[RuleResult]) -> Verdict:
    """Fail or unknown when a gate blocks, else pass."""
    worst = _worst(result.verdict for result in results if result.gate)
    has_gates = any(result.gate for result in results)
    return worst if has_gates and worst in (Verdict.FAIL, Verdict.UNKNOWN) else Verdict.PASS


def _worst(verdicts: Iterable[Verdict]) -> Verdict:
    seen = set(verdicts)
    if not seen:
        return Verdict.UNKNOWN
    return next((verdict for verdict in _WORST_FIRST if verdict in seen), Verdict.NOT_APPLICABLE)


def why_changed(told: VerdictState, on_the_old_day: Scored) -> ScoreChange:
    """Why another look at the same facts differs: the rules, when they alone make a difference, else the calendar."""
    return ScoreChange.POLICY if on_the_old_day.results != told.results else ScoreChange.EXPIRY


def to_event(
    app: AppId,
    version: VersionTag,
    scored: Scored,
    change: ScoreChange,
    moment: datetime,
) -> ComplianceScored:
    """What the world is told."""
    return ComplianceScored(
        subject=version_key(app, version),
        app=app,
        version=version,
        score=scored.score,
        criteria=scored.criteria,
        gates=scored.gates,
        results=scored.results,
        change=change,
        policy_set=scored.policy_set.identity,
        input_sha256=scored.input_sha256,
        engine=scored.policy_set.engine.name,
        as_of=moment,
    )


def score_again(told: VerdictState, policy_set: PolicySet, facts: Facts, moment: datetime) -> ComplianceScored | None:
    """Look at unchanged facts once more, by the rules and on the day of now. None when nothing differs."""
    now = score(policy_set, facts, legal_day(moment))
    if now.results == told.results:
        return None
    change = why_changed(told, score(policy_set, facts, legal_day(told.as_of)))
    return to_event(told.app, told.version, now, change, moment)
