"""Evidence counts at once, or is refused with a reason; it never waits for ever."""

from datetime import timedelta
from typing import Any

import pytest

from chassis.errors import NotKnownYet
from contracts.compliance.events import ComplianceScored, EvidenceRecorded, EvidenceRefused
from contracts.compliance.evidence import EvidenceKind
from contracts.compliance.rule import Criterion
from contracts.compliance.verdict import ScoreChange, Verdict
from services.compliance.usecases.record_evidence import record_evidence
from services.compliance.usecases.score_version import score_version
from tests.fakes.compliance import FakeCompliance, event_of
from tests.fakes.compliance_examples import APP, DPIA, HARMLESS, NEEDS_DPIA, SOURCE, published, submitted

pytestmark = pytest.mark.asyncio


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
    assert codes == ["missing", "not-final", "declared", "not-final"]


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
