"""A request for a deployment is approved, or rejected by the rules that decided."""

from datetime import timedelta

import pytest

from chassis.errors import NotKnownYet
from contracts.apps.events import AppPublished, AppWithdrawn, VersionWithdrawn
from contracts.compliance.events import ComplianceScored, DeploymentApproved, DeploymentRejected
from contracts.compliance.evidence import EvidenceKind
from contracts.compliance.verdict import ScoreChange, Verdict
from contracts.deployments.requests import Intent
from contracts.noun import Text
from services.compliance.usecases.decide_deployment import decide_deployment
from services.compliance.usecases.record_evidence import record_evidence
from services.compliance.usecases.remember_app import remember_app
from services.compliance.usecases.score_version import score_version
from services.compliance.usecases.withdraw_version import withdraw_version
from tests.fakes.compliance import FakeCompliance, event_of
from tests.fakes.compliance_examples import APP, DPIA, HARMLESS, NEEDS_DPIA, VERSION, published, requested, submitted

pytestmark = pytest.mark.asyncio


async def test_warnings_pass_the_gates_and_the_request_is_approved(compliance: FakeCompliance) -> None:
    """An app whose gate facts are only declared can be deployed; the answer names the request's generation."""
    await score_version(event_of(published(HARMLESS)), compliance.world)
    await decide_deployment(event_of(requested(), sequence=3), compliance.world)
    approved = compliance.told(DeploymentApproved)[0]
    assert approved.rules == len(compliance.policies.active().rules)
    assert approved.score == compliance.told(ComplianceScored)[0].score
    assert approved.policy_set == compliance.policies.active().identity
    assert compliance.generations[-1] == 3


async def test_a_gate_that_blocks_rejects_and_is_named(compliance: FakeCompliance) -> None:
    """A rejection names each rule that decided: its version, verdict, message and what fills it."""
    await score_version(event_of(published(NEEDS_DPIA)), compliance.world)
    await decide_deployment(event_of(requested()), compliance.world)
    rejected = compliance.told(DeploymentRejected)[0]
    objection = rejected.objections[0]
    assert [one.rule for one in rejected.objections] == ["dpia-present"]
    assert (objection.rule_version, objection.verdict, objection.message_code) == ("1.1", Verdict.UNKNOWN, "missing")
    assert objection.params == {"criteria": "scoring, large scale", "list": 0}


async def test_every_gate_that_blocks_is_named(compliance: FakeCompliance) -> None:
    """Nothing known about any gate: all gates object."""
    await score_version(event_of(published({})), compliance.world)
    await decide_deployment(event_of(requested()), compliance.world)
    rules = {objection.rule for objection in compliance.told(DeploymentRejected)[0].objections}
    assert rules == {rule.id for rule in compliance.policies.active().rules if rule.gate}


async def test_a_perfect_score_does_not_make_up_for_a_prohibited_practice(compliance: FakeCompliance) -> None:
    """A gate stands apart from the score."""
    facts = {**HARMLESS, "aiRisk": {"value": {"category": "prohibited", "because": "It scores people socially."}}}
    await score_version(event_of(published(facts)), compliance.world)
    await decide_deployment(event_of(requested()), compliance.world)
    objections = compliance.told(DeploymentRejected)[0].objections
    assert [(one.rule, one.verdict) for one in objections] == [("ai-prohibited-practice", Verdict.FAIL)]


async def test_after_evidence_the_same_request_is_approved(compliance: FakeCompliance) -> None:
    """A DPIA that somebody brings turns a rejection into an approval, without a restart."""
    await score_version(event_of(published(NEEDS_DPIA)), compliance.world)
    await decide_deployment(event_of(requested(), sequence=1), compliance.world)
    await record_evidence(event_of(submitted(EvidenceKind.DPIA, DPIA)), compliance.world)
    await decide_deployment(event_of(requested(), sequence=2), compliance.world)
    assert len(compliance.told(DeploymentRejected)) == 1
    assert len(compliance.told(DeploymentApproved)) == 1


async def test_a_version_not_heard_of_is_not_known_yet(compliance: FakeCompliance) -> None:
    """The request waits for the app, and nothing is recorded."""
    with pytest.raises(NotKnownYet) as waits:
        await decide_deployment(event_of(requested()), compliance.world)
    assert waits.value.key == APP
    assert compliance.recorded == []


@pytest.mark.parametrize(
    "taken_back",
    [AppWithdrawn(app=APP, name="example"), VersionWithdrawn(app=APP, version=VERSION)],
)
async def test_what_was_withdrawn_is_not_deployed(
    compliance: FakeCompliance,
    taken_back: AppWithdrawn | VersionWithdrawn,
) -> None:
    """Until it is published again, a request for it waits."""
    app = AppPublished(app=APP, name="example", title="Example", summary=Text(nl="Een voorbeeld.", en="An example."))
    await remember_app(event_of(app), compliance.world)
    await score_version(event_of(published(HARMLESS)), compliance.world)
    if isinstance(taken_back, AppWithdrawn):
        await remember_app(event_of(taken_back), compliance.world)
    else:
        await withdraw_version(event_of(taken_back), compliance.world)
    with pytest.raises(NotKnownYet):
        await decide_deployment(event_of(requested()), compliance.world)
    await remember_app(event_of(app), compliance.world)
    await score_version(event_of(published(HARMLESS)), compliance.world)
    await decide_deployment(event_of(requested()), compliance.world)
    assert len(compliance.told(DeploymentApproved)) == 1


async def test_a_request_past_its_deadline_is_left_to_its_owner(compliance: FakeCompliance) -> None:
    """The deployer closes it as undecided; compliance says nothing, known or not."""
    await decide_deployment(event_of(requested(within=timedelta(0))), compliance.world)
    await score_version(event_of(published(HARMLESS)), compliance.world)
    compliance.forget_recorded()
    await decide_deployment(event_of(requested(within=timedelta(0))), compliance.world)
    assert compliance.recorded == []


async def test_a_request_is_decided_once(compliance: FakeCompliance) -> None:
    """The same generation again, and a lower one, change nothing."""
    await score_version(event_of(published(HARMLESS)), compliance.world)
    await decide_deployment(event_of(requested(), sequence=2), compliance.world)
    await decide_deployment(event_of(requested(), sequence=2), compliance.world)
    await decide_deployment(event_of(requested(), sequence=1), compliance.world)
    assert len(compliance.told(DeploymentApproved)) == 1


@pytest.mark.parametrize("intent", [one for one in Intent if one is not Intent.PAUSE])
async def test_every_change_is_judged_on_the_day_itself(compliance: FakeCompliance, intent: Intent) -> None:
    """A setting, a scale, a restart, a rollback, a resume: what was approved once and fails now is rejected."""
    facts = {**HARMLESS, "aiRisk": {**HARMLESS["aiRisk"], "validUntil": "2026-11-24"}}
    await score_version(event_of(published(facts)), compliance.world)
    await decide_deployment(event_of(requested(), sequence=1), compliance.world)
    assert len(compliance.told(DeploymentApproved)) == 1
    compliance.clock.moment += timedelta(days=1)
    again = requested(within=timedelta(days=2)).model_copy(update={"intent": intent, "revision": 1})
    await decide_deployment(event_of(again, sequence=2), compliance.world)
    assert compliance.told(DeploymentRejected)[0].objections[0].message_code == "expired"
    assert len(compliance.told(DeploymentApproved)) == 1


async def test_nobody_decides_on_a_pause(compliance: FakeCompliance) -> None:
    """Not even on one of a version that nobody knows any more: nothing runs of what is paused."""
    pause = requested().model_copy(update={"intent": Intent.PAUSE, "paused": True})
    await decide_deployment(event_of(pause, sequence=1), compliance.world)
    assert not compliance.told(DeploymentApproved)
    assert not compliance.told(DeploymentRejected)


async def test_a_decision_never_rests_on_a_verdict_that_has_aged(compliance: FakeCompliance) -> None:
    """Evidence that ran out since the last score rejects at once, and the world hears the new verdict."""
    facts = {**HARMLESS, "aiRisk": {**HARMLESS["aiRisk"], "validUntil": "2026-11-24"}}
    await score_version(event_of(published(facts)), compliance.world)
    compliance.clock.moment += timedelta(days=1)
    await decide_deployment(event_of(requested(within=timedelta(days=2))), compliance.world)
    assert compliance.told(DeploymentRejected)[0].objections[0].message_code == "expired"
    assert compliance.told(ComplianceScored)[-1].change is ScoreChange.EXPIRY
