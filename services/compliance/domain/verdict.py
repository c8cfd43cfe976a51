"""One rule's verdict about one version: the facts go in, a result with its sources comes out.

It fails closed. A needed fact that is missing or past its last day, an expression without an answer, or no case that
holds: each is `unknown`. What somebody declared goes no higher than `warn` (reference: self-declared evidence caps at
warn); its message stays the rule's own, and `assurance` says why it is no pass. `score.py` adds the results up.
"""

from datetime import date

from contracts.apps.facts import Assurance
from contracts.compliance.verdict import RuleResult, Verdict
from services.compliance.domain.assurance import WEAKEST_FIRST
from services.compliance.domain.fact import KnownFacts
from services.compliance.domain.policy import Case, Evaluate, Plain, Rule, Undefined

UNKNOWN = "unknown"
EXPIRED = "expired"
NOT_APPLICABLE = "not-applicable"
STANDARD_CODES = (UNKNOWN, EXPIRED, NOT_APPLICABLE)
"""Messages every rule has, because the engine gives them itself."""

_LONGEST_PARAM = 200

Found = tuple[Verdict, str, dict[str, str | int | float | bool], str | None]
"""Verdict, message code, params, and for n/a the reason."""


def judge(rule: Rule, known: KnownFacts, evaluate: Evaluate) -> RuleResult:
    """The rule's result. `evaluate` is bound to the inputs of `known`."""
    used = [name for name in (*rule.needs, *rule.may_use) if name in known.facts]
    assurance = _weakest(known, used)
    verdict, code, params, reason = _look(rule, known, evaluate)
    if verdict is Verdict.PASS and assurance is Assurance.DECLARED:
        verdict = Verdict.WARN
    return RuleResult(
        rule=rule.id,
        rule_version=rule.version,
        criterion=rule.criterion,
        verdict=verdict,
        gate=rule.gate,
        weight=rule.weight,
        message_code=code,
        params=params,
        assurance=assurance,
        evidence=tuple(known.facts[name].source for name in used),
        expires_at=_first_expiry(known, used),
        reason=reason,
    )


def _look(rule: Rule, known: KnownFacts, evaluate: Evaluate) -> Found:
    missing = [name for name in rule.needs if known.usable(name) is None]
    if missing:
        return _unknown(known, missing)
    for name in rule.needs:
        reason = known.facts[name].not_applicable
        if reason is not None:
            return Verdict.NOT_APPLICABLE, NOT_APPLICABLE, {"fact": name}, reason
    for case in rule.cases:
        answer = evaluate(case.when)
        if not isinstance(answer, bool):
            return _unknown(known, [*rule.needs, *rule.may_use])
        if answer:
            return _found(case, rule, known, evaluate)
    return _unknown(known, [*rule.needs, *rule.may_use])


def _found(case: Case, rule: Rule, known: KnownFacts, evaluate: Evaluate) -> Found:
    if case.verdict is Verdict.UNKNOWN and (late := [name for name in rule.may_use if known.expired(name)]):
        return _unknown(known, late)
    quoted = known.facts.get(case.reason_of) if case.reason_of is not None else None
    params = {name: _shown(evaluate(text)) for name, text in case.params.items()}
    return case.verdict, case.message, params, quoted.not_applicable if quoted is not None else None


def _unknown(known: KnownFacts, names: list[str]) -> Found:
    late = [name for name in names if known.expired(name)]
    if late:
        day = min(day for name in late if (day := known.facts[name].valid_until) is not None)
        return Verdict.UNKNOWN, EXPIRED, {"facts": ", ".join(late), "day": day.isoformat()}, None
    return Verdict.UNKNOWN, UNKNOWN, {"facts": ", ".join(names)}, None


def _shown(answer: Plain | Undefined) -> str | int | float | bool:
    if isinstance(answer, Undefined):
        return "?"
    if isinstance(answer, tuple):
        answer = ", ".join(answer)
    return answer[:_LONGEST_PARAM] if isinstance(answer, str) else answer


def _weakest(known: KnownFacts, used: list[str]) -> Assurance | None:
    said = {known.facts[name].assurance for name in used}
    return next((assurance for assurance in WEAKEST_FIRST if assurance in said), None)


def _first_expiry(known: KnownFacts, used: list[str]) -> date | None:
    return min((day for name in used if (day := known.facts[name].valid_until) is not None), default=None)
