"""Every rule's cases: the file beside the rule says which facts give which verdict."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import yaml

from contracts.apps.facts import Facts
from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import RuleResult, Verdict
from services.compliance.adapters.files.policies import rule_files
from services.compliance.domain.fact import facts_on
from services.compliance.domain.policy import Rule
from services.compliance.domain.verdict import judge
from tests.fakes.compliance import POLICIES, shipped_policies

SOURCE = {"uri": "https://example.org/facts", "seen": "2026-11-01"}
RULES = {rule.id: rule for rule in shipped_policies().rules}


def _cases() -> list[Any]:
    found = []
    for path in sorted(POLICIES.glob("*/*.cases.yaml")):
        rule = path.name.removesuffix(".cases.yaml")
        cases = yaml.safe_load(path.read_text())
        found += [pytest.param(rule, case, id=f"{rule}: {case['name']}") for case in cases]
    return found


def _judge(rule: Rule, facts: dict[str, Any], day: str) -> RuleResult:
    read = Facts.model_validate({name: {"source": SOURCE, **fact} for name, fact in facts.items()})
    known = facts_on(date.fromisoformat(day), read)
    return judge(rule, known, shipped_policies().engine.over(known.inputs()))


@pytest.mark.parametrize(("rule", "case"), _cases())
def test_a_rule_gives_the_verdict_its_case_expects(rule: str, case: dict[str, Any]) -> None:
    """The facts of a case give its verdict with its message, and every place in the message is filled."""
    result = _judge(RULES[rule], case["facts"], case.get("today", "2026-11-24"))
    assert (result.verdict.value, result.message_code) == (case["expect"]["verdict"], case["expect"]["message"])
    text = RULES[rule].texts.messages[result.message_code]
    assert "?" not in {str(value) for value in result.params.values()}
    assert "{" not in text.nl.format(**result.params) + text.en.format(**result.params)


@pytest.mark.parametrize("path", rule_files(POLICIES), ids=lambda path: path.stem)
def test_every_verdict_of_a_rule_has_a_case(path: Path) -> None:
    """Each row of a rule is reached by a case, and so is not knowing."""
    cases = yaml.safe_load(path.with_name(path.stem + ".cases.yaml").read_text())
    reached = {case["expect"]["message"] for case in cases}
    assert {case.message for case in RULES[path.stem].cases} <= reached
    assert "unknown" in reached


@pytest.mark.parametrize(("rule", "case"), _cases())
def test_forgetting_a_fact_never_makes_a_rule_pass(rule: str, case: dict[str, Any]) -> None:
    """A rule that loses one of its facts is no better off: less known is never a better verdict."""
    rank = [Verdict.UNKNOWN, Verdict.FAIL, Verdict.WARN, Verdict.PASS, Verdict.NOT_APPLICABLE]
    day = case.get("today", "2026-11-24")
    before = _judge(RULES[rule], case["facts"], day)
    for name in case["facts"]:
        after = _judge(RULES[rule], {key: fact for key, fact in case["facts"].items() if key != name}, day)
        if after.verdict is not Verdict.UNKNOWN:
            assert rank.index(after.verdict) <= rank.index(before.verdict)


def test_the_set_covers_all_five_criteria_with_at_least_ten_rules() -> None:
    """No criterion is left without a rule."""
    assert {rule.criterion for rule in RULES.values()} == set(Criterion)
    assert len(RULES) >= 10
