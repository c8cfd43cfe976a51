"""What the audit log says of an event: who, for whom, what, when and why, and nothing that people wrote."""

import hashlib
import json
from typing import Any

from contracts.compliance.events import EvidenceRefused
from contracts.compliance.level import PolicyLevel
from contracts.envelope import Event
from contracts.held import MessageSkipped
from services.gateway.audit.append import AUDITED
from services.gateway.audit.entry import Document, entry_of
from services.gateway.handlers import MOTIONS
from tests.fakes import gateway_events as told
from tests.fakes.chassis_messages import Sent
from tests.fakes.gateway_events import Telling, an_id

NOW = "2026-11-24T12:00:00.000Z"


def of(event: Event[Any]) -> Document | None:
    """The entry of an event."""
    return entry_of((Sent.of(event).arrived(), event), NOW)


def test_an_entry_says_who_what_when_and_why() -> None:
    """Actor, team and roles; type, subject and generation; both times; correlation; and the hash of the bytes."""
    event = Telling()(told.requested(), team=told.TEAM, actor=told.PERSON)
    entry = of(event)
    assert entry is not None
    assert (entry["actor"], entry["team"], entry["key"], entry["sequence"]) == (
        told.PERSON,
        told.TEAM,
        told.DEPLOYMENT,
        1,
    )
    assert (entry["type"], entry["correlation"]) == ("nl.appstore.deployment.requested.v1", told.OPERATION)
    assert (entry["time"], entry["recorded"]) == ("2026-11-24T12:00:01.000Z", NOW)
    assert entry["sha256"] == hashlib.sha256(Sent.of(event).value or b"").hexdigest()


def test_reasons_are_codes() -> None:
    """A rejection names its rules, a failure its cause and fault, a refusal its code."""
    tell = Telling()
    rejected = of(tell(told.rejected(), generation=1))
    failed = of(tell(told.failed(), generation=1))
    refused = of(tell(EvidenceRefused(evidence=an_id(82), code="evidence-has-expired", params={"day": "2026-01-01"})))
    assert rejected is not None
    assert failed is not None
    assert refused is not None
    assert rejected["why"]["rules"]
    assert rejected["generation"] == 1
    assert set(failed["why"]) == {"cause", "fault"}
    assert refused["why"] == {"code": "evidence-has-expired"}


def test_what_was_let_through_leaves_a_trace() -> None:
    """An approval names its level, and each rule that only warned at it."""
    lenient = of(Telling()(told.approved(PolicyLevel.LENIENT, warned=True), generation=1))
    strict = of(Telling()(told.approved(), generation=1))
    assert lenient is not None
    assert strict is not None
    assert lenient["why"] == {"level": "lenient", "warned": [told.OBJECTION.rule]}
    assert strict["why"] == {"level": "strict"}


def test_what_people_wrote_stays_out() -> None:
    """A review's entry has the hash of its bytes and nothing of its text, not even as ciphertext."""
    review = told.review()
    entry = of(Telling()(review))
    assert review.text.ciphertext not in json.dumps(entry)


def test_progress_is_not_audited() -> None:
    """A rollout's steps change nothing; its start and its end are there."""
    tell = Telling()
    assert of(tell(told.progressed(), generation=1)) is None
    assert of(tell(told.started(), generation=1)) is not None


def test_the_gateway_audits_what_it_reads() -> None:
    """Requests, decisions, finals, evidence, reviews, held messages and sign-ins are audited; verdicts are not."""
    names = {topic.name for topic in AUDITED}
    assert {
        "gateway.deployment-requests", "gateway.evidence-requests", "gateway.review-requests", "gateway.sign-ins",
        "compliance.decisions", "compliance.evidence", "compliance.rules", "deployer.deployments", "catalog.apps",
        "community.reviews", "catalog.held-messages", "gateway.held-messages",
    } <= names  # fmt: skip
    assert "compliance.verdicts" not in names
    assert any(getattr(row, "topics", None) == AUDITED for row in MOTIONS)


def test_a_skip_is_the_operators_and_not_the_requesters() -> None:
    """Who settled a held message stands there, or that nobody was signed in; never whoever once asked."""
    skipped = MessageSkipped(
        held=an_id(70),
        service="compliance",
        from_topic="gateway.deployment-requests",
        reason="bad-data",
        reason_sha256="0" * 64,
        by="person",
        person=an_id(71),
    )
    entry = of(Telling()(skipped, team=told.TEAM, actor=told.PERSON))
    assert entry is not None
    assert (entry["actor"], entry["team"], entry["roles"]) == (an_id(71), None, None)
    assert entry["why"] == {"reason": "bad-data", "by": "person"}
    unknown = skipped.model_copy(update={"person": None, "by": "operator-on-the-machine"})
    entry = of(Telling()(unknown, team=told.TEAM, actor=told.PERSON))
    assert entry is not None
    assert (entry["actor"], entry["why"]["by"]) == (None, "operator-on-the-machine")
