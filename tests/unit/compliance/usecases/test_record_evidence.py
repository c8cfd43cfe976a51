"""Evidence counts at once, or is refused with a reason; it never waits for ever."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.errors import NotKnownYet
from contracts.compliance.events import (
    ComplianceScored,
    DeploymentApproved,
    DeploymentRejected,
    EvidenceRecorded,
    EvidenceRefused,
)
from contracts.compliance.evidence import EvidenceKind
from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import ScoreChange, Verdict
from contracts.held import SkippedByOperator
from services.compliance.usecases.decide_deployment import decide_deployment
from services.compliance.usecases.record_evidence import record_evidence
from services.compliance.usecases.refuse_skipped_evidence import refuse_skipped_evidence
from services.compliance.usecases.score_version import score_version
from tests.fakes.compliance import FakeCompliance, event_of
from tests.fakes.compliance_examples import APP, DPIA, HARMLESS, NEEDS_DPIA, SOURCE, published, requested, submitted

pytestmark = pytest.mark.asyncio

PROHIBITED: dict[str, Any] = {"value": {"category": "prohibited", "because": "It scores people socially."}}
MINIMAL: dict[str, Any] = {
    "value": {"category": "minimal", "because": "We use it for documents."},
    "assurance": "verified",
    "source": SOURCE,
}
NO_RISK: dict[str, Any] = {"notApplicable": "We see no risk.", "source": SOURCE}


async def test_evidence_changes_the_verdict_with_that_reason(compliance: FakeCompliance) -> None:
    """A DPIA raises the criterion and the points, and the change says why."""
    await score_version(event_of(published(NEEDS_DPIA)), compliance.world)
    await record_evidence(event_of(submitted(EvidenceKind.DPIA, DPIA)), compliance.world)
    before, after = compliance.told(ComplianceScored)
    assert (before.criteria[Criterion.DPIA], after.criteria[Criterion.DPIA]) == (Verdict.UNKNOWN, Verdict.WARN)
    assert after.change is ScoreChange.EVIDENCE
    assert after.score.points > before.score.points


async def test_whatever_evidence_claims_it_counts_as_declared(compliance: FakeCompliance) -> None:
    """Nobody verified what a person brings, so it goes no higher than a warning."""
    await score_version(event_of(published({})), compliance.world)
    fact = {"value": "MIT", "assurance": "verified", "source": SOURCE}
    await record_evidence(event_of(submitted(EvidenceKind.LICENCE_CODE, fact)), compliance.world)
    assert compliance.told(EvidenceRecorded)[0].fact["assurance"] == "declared"
    results = {result.rule: result for result in compliance.told(ComplianceScored)[-1].results}
    assert results["code-licence-osi-approved"].verdict is Verdict.WARN


async def test_the_newest_evidence_of_a_kind_counts(compliance: FakeCompliance) -> None:
    """A final DPIA after a draft counts, and so does a draft after a final one."""
    await score_version(event_of(published(NEEDS_DPIA)), compliance.world)
    draft = {**DPIA, "value": {**DPIA["value"], "status": "concept"}}
    for number, fact in enumerate((draft, DPIA, draft)):
        compliance.clock.moment += timedelta(seconds=1)
        await record_evidence(event_of(submitted(EvidenceKind.DPIA, fact, evidence=30 + number)), compliance.world)
    codes = [
        result.message_code
        for scored in compliance.told(ComplianceScored)
        for result in scored.results
        if result.rule == "dpia-present"
    ]
    assert codes == ["missing", "not-final", "present", "not-final"]


async def test_evidence_outlives_a_new_word_of_the_catalog(compliance: FakeCompliance) -> None:
    """When the catalog publishes the version again, recorded evidence still stands in its place."""
    await score_version(event_of(published(NEEDS_DPIA)), compliance.world)
    await record_evidence(event_of(submitted(EvidenceKind.DPIA, DPIA)), compliance.world)
    compliance.forget_recorded()
    await score_version(event_of(published(NEEDS_DPIA)), compliance.world)
    assert compliance.recorded == []


@pytest.mark.parametrize(
    ("fact", "code", "params"),
    [
        ({"value": {"status": "bijna"}, "source": SOURCE}, "evidence-is-not-that-kind", {"field": "value.status"}),
        ({"value": DPIA["value"]}, "evidence-is-not-that-kind", {"field": "source", "problem": "missing"}),
        (
            {**DPIA, "value": {**DPIA["value"], "apAdvise": "z1"}},
            "evidence-is-not-that-kind",
            {"field": "value.apAdvise"},
        ),
        ({**DPIA, "validTill": "2027-01-01"}, "evidence-is-not-that-kind", {"field": "validTill"}),
        ({**DPIA, "notApplicable": "No."}, "evidence-is-not-that-kind", {"field": "fact"}),
        ({**DPIA, "validUntil": "2026-11-23"}, "evidence-has-expired", {"day": "2026-11-23"}),
    ],
)
async def test_evidence_that_cannot_count_is_refused_with_the_field(
    compliance: FakeCompliance,
    fact: dict[str, Any],
    code: str,
    params: dict[str, Any],
) -> None:
    """The answer names what is wrong, and no verdict changes."""
    await score_version(event_of(published(NEEDS_DPIA)), compliance.world)
    compliance.forget_recorded()
    await record_evidence(event_of(submitted(EvidenceKind.DPIA, fact)), compliance.world)
    assert len(compliance.recorded) == 1
    refused = compliance.told(EvidenceRefused)[0]
    assert refused.code == code
    assert params.items() <= refused.params.items()


async def test_evidence_about_a_version_not_heard_of_waits(compliance: FakeCompliance) -> None:
    """The message waits for the app, and nothing is recorded."""
    with pytest.raises(NotKnownYet) as waits:
        await record_evidence(event_of(submitted(EvidenceKind.DPIA, DPIA)), compliance.world)
    assert waits.value.key == APP
    assert compliance.recorded == []


async def test_evidence_about_nothing_known_is_refused_at_its_deadline(compliance: FakeCompliance) -> None:
    """At its last try the owner answers."""
    await record_evidence(event_of(submitted(EvidenceKind.DPIA, DPIA, within=timedelta(0))), compliance.world)
    assert compliance.told(EvidenceRefused)[0].code == "evidence-about-nothing-known"


async def test_evidence_can_stand_in_for_a_fact_of_the_catalog(compliance: FakeCompliance) -> None:
    """What the organisation determines about its own use replaces what the catalog assumed."""
    await score_version(event_of(published(HARMLESS)), compliance.world)
    fact = {"value": {"category": "prohibited", "because": "We score people socially."}, "source": SOURCE}
    await record_evidence(event_of(submitted(EvidenceKind.AI_RISK, fact)), compliance.world)
    assert compliance.told(ComplianceScored)[-1].gates is Verdict.FAIL


@pytest.mark.parametrize("fact", [MINIMAL, NO_RISK])
@pytest.mark.parametrize("assurance", ["verified", "attested"])
async def test_a_declaration_lifts_no_gate_that_a_stronger_fact_holds(
    compliance: FakeCompliance,
    assurance: str,
    fact: dict[str, Any],
) -> None:
    """Whatever somebody declares about a use that was found prohibited is refused, and the gate stays closed."""
    await score_version(
        event_of(published({**HARMLESS, "aiRisk": {**PROHIBITED, "assurance": assurance}})), compliance.world
    )
    await record_evidence(event_of(submitted(EvidenceKind.AI_RISK, fact)), compliance.world)
    refused = compliance.told(EvidenceRefused)[0]
    assert (refused.code, refused.params) == ("evidence-weaker-than-known", {"kind": "aiRisk", "known": assurance})
    await decide_deployment(event_of(requested()), compliance.world)
    assert [one.rule for one in compliance.told(DeploymentRejected)[0].objections] == ["ai-prohibited-practice"]


@pytest.mark.parametrize("valid_until", ["2026-12-31", "2026-11-23"])
async def test_that_it_does_not_apply_takes_no_value_away(compliance: FakeCompliance, valid_until: str) -> None:
    """A pre-scan that asks for a DPIA stays, declared or expired: `n/a` would open its gate without a warning."""
    scan = {**NEEDS_DPIA["personalData"], "assurance": "declared", "validUntil": valid_until}
    await score_version(event_of(published({**HARMLESS, "personalData": scan})), compliance.world)
    fact = {"notApplicable": "We store nothing.", "source": SOURCE}
    await record_evidence(event_of(submitted(EvidenceKind.PERSONAL_DATA, fact)), compliance.world)
    assert compliance.told(EvidenceRefused)[0].code == "evidence-weaker-than-known"
    await decide_deployment(event_of(requested()), compliance.world)
    assert compliance.told(DeploymentApproved) == []


async def test_that_it_does_not_apply_may_be_said_of_what_nobody_knows(compliance: FakeCompliance) -> None:
    """With nothing known there is nothing to undo."""
    await score_version(event_of(published({})), compliance.world)
    await record_evidence(event_of(submitted(EvidenceKind.AI_RISK, NO_RISK)), compliance.world)
    assert compliance.told(EvidenceRefused) == []


async def test_a_declaration_takes_the_place_of_a_stronger_fact_that_expired(compliance: FakeCompliance) -> None:
    """From the day after its last one, a verified fact no longer holds anything."""
    late = {**HARMLESS["aiRisk"], "assurance": "verified", "validUntil": "2026-11-23"}
    await score_version(event_of(published({**HARMLESS, "aiRisk": late})), compliance.world)
    await record_evidence(event_of(submitted(EvidenceKind.AI_RISK, MINIMAL)), compliance.world)
    verdicts = [
        result.verdict
        for scored in compliance.told(ComplianceScored)
        for result in scored.results
        if result.rule == "ai-prohibited-practice"
    ]
    assert verdicts == [Verdict.UNKNOWN, Verdict.WARN]


async def test_what_is_verified_later_outweighs_evidence_and_does_not_give_way_when_it_expires(
    compliance: FakeCompliance,
) -> None:
    """The catalog verifies what somebody declared otherwise: that counts at once, and old evidence never comes back."""
    unknown = {name: fact for name, fact in HARMLESS.items() if name != "aiRisk"}
    await score_version(event_of(published(unknown)), compliance.world)
    await record_evidence(event_of(submitted(EvidenceKind.AI_RISK, MINIMAL)), compliance.world)
    verified = {**unknown, "aiRisk": {**PROHIBITED, "validUntil": "2026-11-30"}}
    await score_version(event_of(published(verified)), compliance.world)
    compliance.clock.moment += timedelta(days=30)
    await score_version(event_of(published({**verified, "imagePublic": {"value": True}})), compliance.world)
    gates = [scored.gates for scored in compliance.told(ComplianceScored)]
    assert gates == [Verdict.UNKNOWN, Verdict.PASS, Verdict.FAIL, Verdict.UNKNOWN]


async def test_the_gate_of_a_dpia_opens_and_closes_with_the_newest_declaration(compliance: FakeCompliance) -> None:
    """Nothing stronger is known of the DPIA: a final one opens the gate with a warning, a draft closes it again."""
    await score_version(event_of(published(NEEDS_DPIA)), compliance.world)
    draft = {**DPIA, "value": {**DPIA["value"], "status": "concept"}}
    for number, fact in enumerate((DPIA, draft, DPIA), start=1):
        compliance.clock.moment += timedelta(seconds=1)
        await record_evidence(event_of(submitted(EvidenceKind.DPIA, fact, evidence=40 + number)), compliance.world)
        await decide_deployment(event_of(requested(), sequence=number), compliance.world)
    decided = [type(one) for one in compliance.recorded if isinstance(one, (DeploymentApproved, DeploymentRejected))]
    assert decided == [DeploymentApproved, DeploymentRejected, DeploymentApproved]


async def test_evidence_that_an_operator_skips_is_refused(compliance: FakeCompliance) -> None:
    """Whoever brought it hears why, and the operation ends."""
    brought = submitted(EvidenceKind.DPIA, DPIA)
    await refuse_skipped_evidence(event_of(brought), compliance.world)
    [refused] = compliance.told(EvidenceRefused)
    assert (refused.evidence, refused.code) == (brought.evidence, SkippedByOperator.code)
