"""Scores are told when something changed, with the reason, and never otherwise."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from contracts.compliance.events import ComplianceScored, RulePublished, RuleRetired
from contracts.compliance.verdict import ScoreChange, Verdict
from services.compliance.domain.policy import PolicySet, Rule
from services.compliance.usecases.expire_evidence import expire_evidence
from services.compliance.usecases.look_again import look_again
from services.compliance.usecases.rescore_everything import rescore_everything
from services.compliance.usecases.score_version import score_version
from tests.fakes.compliance import FakeCompliance, event_of, shipped_policies
from tests.fakes.compliance_examples import HARMLESS, VERSION, published

pytestmark = pytest.mark.asyncio


def edited(change: dict[str, Any], rule: str = "code-licence-osi-approved") -> PolicySet:
    """The shipped policies with one rule edited."""
    return with_rules(tuple(replace(one, **change) if one.id == rule else one for one in shipped_policies().rules))


def with_rules(rules: tuple[Rule, ...]) -> PolicySet:
    """The shipped policies with other rules, and so with another hash."""
    return replace(
        shipped_policies(),
        rules=rules,
        identity=shipped_policies().identity.model_copy(update={"sha256": "e" * 64}),
    )


async def settle(compliance: FakeCompliance) -> None:
    """Tick until nothing is left to tell."""
    for _ in range(20):
        if compliance.policies.settled():
            return
        await rescore_everything(None, compliance.world)
    pytest.fail("it never settles")


async def test_the_first_score_says_so(compliance: FakeCompliance) -> None:
    """A version that appears is scored with reason `first`, by the set in force, with engine and hashes."""
    await score_version(event_of(published(HARMLESS)), compliance.world)
    scored = compliance.told(ComplianceScored)[0]
    assert scored.change is ScoreChange.FIRST
    assert scored.engine.startswith("cel-expr-python ")
    assert scored.policy_set == compliance.policies.active().identity


async def test_a_restart_with_nothing_changed_records_nothing(compliance: FakeCompliance) -> None:
    """The catalog repeats itself, the policies are loaded anew, an hour passes: silence."""
    await score_version(event_of(published(HARMLESS)), compliance.world)
    await settle(compliance)
    compliance.forget_recorded()
    compliance.policies.settled_on = None
    await score_version(event_of(published(HARMLESS)), compliance.world)
    await settle(compliance)
    compliance.clock.moment += timedelta(hours=1)
    await expire_evidence(None, compliance.world)
    assert compliance.recorded == []


async def test_other_facts_score_again_with_that_reason(compliance: FakeCompliance) -> None:
    """The catalog learns something: reason `facts`."""
    await score_version(event_of(published(HARMLESS)), compliance.world)
    await score_version(event_of(published({**HARMLESS, "imagePublic": {"value": True}})), compliance.world)
    assert [scored.change for scored in compliance.told(ComplianceScored)] == [ScoreChange.FIRST, ScoreChange.FACTS]


async def test_rules_are_told_once_and_again_when_they_change(compliance: FakeCompliance) -> None:
    """Each rule is published at the first start, and only the edited one after an edit."""
    await settle(compliance)
    assert len(compliance.told(RulePublished)) == len(shipped_policies().rules)
    compliance.forget_recorded()
    compliance.policies.next = edited({"version": "1.1", "weight": 1.0})
    await rescore_everything(None, compliance.world)
    await settle(compliance)
    told = [(rule.rule, rule.version) for rule in compliance.told(RulePublished)]
    assert told == [("code-licence-osi-approved", "1.1")]


async def test_an_edited_rule_rescores_with_reason_policy(compliance: FakeCompliance) -> None:
    """Another weight changes points: one event per version, reason `policy`."""
    await settle(compliance)
    await score_version(event_of(published(HARMLESS)), compliance.world)
    compliance.forget_recorded()
    compliance.policies.next = edited({"weight": 100.0})
    await rescore_everything(None, compliance.world)
    await settle(compliance)
    scored = compliance.told(ComplianceScored)
    assert [one.change for one in scored] == [ScoreChange.POLICY]
    assert scored[0].policy_set.sha256 == "e" * 64


async def test_an_edit_that_changes_no_result_scores_nothing(compliance: FakeCompliance) -> None:
    """Another remedy is told as a rule, and no verdict is told again."""
    await settle(compliance)
    await score_version(event_of(published(HARMLESS)), compliance.world)
    compliance.forget_recorded()
    rule = next(one for one in shipped_policies().rules if one.id == "code-licence-osi-approved")
    texts = rule.texts.model_copy(update={"remedy": rule.texts.title})
    compliance.policies.next = edited({"texts": texts})
    await rescore_everything(None, compliance.world)
    await settle(compliance)
    assert len(compliance.told(RulePublished)) == 1
    assert compliance.told(ComplianceScored) == []


async def test_a_rule_that_is_gone_is_retired_and_no_longer_counts(compliance: FakeCompliance) -> None:
    """Its last event is RuleRetired; it is told once, and told as published when it comes back."""
    await settle(compliance)
    await score_version(event_of(published(HARMLESS)), compliance.world)
    compliance.forget_recorded()
    compliance.policies.next = with_rules(shipped_policies().rules[1:])
    await rescore_everything(None, compliance.world)
    await settle(compliance)
    gone = shipped_policies().rules[0].id
    assert [told.rule for told in compliance.told(RuleRetired)] == [gone]
    assert gone not in {result.rule for result in compliance.told(ComplianceScored)[-1].results}
    compliance.policies.next = shipped_policies()
    await rescore_everything(None, compliance.world)
    await settle(compliance)
    assert [told.rule for told in compliance.told(RulePublished)] == [gone]


async def test_one_motion_tells_a_bounded_number_of_changes(compliance: FakeCompliance) -> None:
    """More changes than one motion may tell are told by the next ones, each once."""
    for number in range(5):
        await score_version(event_of(published(HARMLESS, f"{VERSION}-{number}")), compliance.world)
    compliance.forget_recorded()
    compliance.policies.policy_set = edited({"weight": 100.0})
    rounds = 0
    while not await look_again(compliance.world, most=2):
        rounds += 1
        assert rounds < 10
    assert rounds == 3
    assert len({scored.subject for scored in compliance.told(ComplianceScored)}) == 5
    assert len(compliance.recorded) == 5


async def test_evidence_expires_at_midnight_in_amsterdam(compliance: FakeCompliance) -> None:
    """On its last day a fact counts; a minute into the next day it is unknown, and the reason is `expiry`."""
    facts = {**HARMLESS, "licenceCode": {"value": "MIT", "validUntil": "2026-11-30"}}
    await score_version(event_of(published(facts)), compliance.world)
    compliance.clock.moment = datetime(2026, 11, 30, 22, 59, tzinfo=UTC)
    await expire_evidence(None, compliance.world)
    assert len(compliance.told(ComplianceScored)) == 1
    compliance.clock.moment = datetime(2026, 11, 30, 23, 1, tzinfo=UTC)
    await expire_evidence(None, compliance.world)
    await expire_evidence(None, compliance.world)
    first, expired = compliance.told(ComplianceScored)
    result = next(one for one in expired.results if one.rule == "code-licence-osi-approved")
    assert expired.change is ScoreChange.EXPIRY
    assert (result.verdict, result.message_code) == (Verdict.UNKNOWN, "expired")
    assert expired.score.points < first.score.points


async def test_a_period_in_the_law_that_ends_is_told_as_expiry(compliance: FakeCompliance) -> None:
    """Status C counts for six months; the day after, the calendar alone makes it fail."""
    facts = {"accessibilityStatement": {"value": {"status": "C", "dated": "2026-11-01", "plannedAudit": "2027-04-01"}}}
    await score_version(event_of(published(facts)), compliance.world)
    compliance.clock.moment = datetime(2027, 5, 2, 12, 0, tzinfo=UTC)
    await expire_evidence(None, compliance.world)
    assert compliance.told(ComplianceScored)[-1].change is ScoreChange.EXPIRY
    result = {one.rule: one for one in compliance.told(ComplianceScored)[-1].results}["accessibility-statement-status"]
    assert result.verdict is Verdict.FAIL
