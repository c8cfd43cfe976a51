"""Somebody brings evidence: it counts at once, or is refused with a reason.

Before: the gateway stored what was submitted. After: the version's verdict changes with the reason `evidence`, and a
deployment that a gate rejected can be asked for again.
"""

from chassis.errors import NotKnownYet
from contracts import topics
from contracts.apps.facts import Facts
from contracts.compliance.events import EvidenceRecorded, EvidenceRefused
from contracts.compliance.evidence import EvidenceAboutNothingKnown
from contracts.compliance.requests import EvidenceSubmitted
from contracts.compliance.verdict import ScoreChange
from contracts.envelope import Event
from contracts.refusals import Refusal
from services.compliance.domain.calendar import legal_day
from services.compliance.domain.evidence import read_fact, take
from services.compliance.domain.fact import overlay, with_fact
from services.compliance.domain.known_version import KnownVersion
from services.compliance.domain.score import score, to_event
from services.compliance.ports import World


async def record_evidence(event: Event[EvidenceSubmitted], world: World) -> None:
    """Record EvidenceRecorded and the new score, or EvidenceRefused. Raises NotKnownYet until `decideBy`."""
    submitted = event.data
    try:
        known = await _about_something_known(submitted, world)
        facts = overlay(known.facts, await world.evidence.about(submitted.app, submitted.version))
        recorded = take(submitted, facts, legal_day(world.clock.now()))
    except Refusal as refusal:
        await world.record(EvidenceRefused(evidence=submitted.evidence, code=refusal.code, params=refusal.params))
        return
    await world.record(recorded)
    await _score_with(recorded, facts, world)


async def _about_something_known(submitted: EvidenceSubmitted, world: World) -> KnownVersion:
    known = await world.known_versions.of(submitted.app, submitted.version)
    if known is not None:
        return known
    if world.clock.now() >= submitted.decide_by:
        raise EvidenceAboutNothingKnown(version=submitted.version)
    raise NotKnownYet(topics.APPS, submitted.app)


async def _score_with(recorded: EvidenceRecorded, facts: Facts, world: World) -> None:
    moment, policy_set = world.clock.now(), world.policies.active()
    brought = with_fact(facts, recorded.kind, read_fact(recorded.kind, recorded.fact))
    scored = score(policy_set, brought, legal_day(moment))
    told = await world.verdicts.of(recorded.app, recorded.version)
    if told is None or (scored.input_sha256, scored.results) != (told.input_sha256, told.results):
        await world.record(to_event(recorded.app, recorded.version, scored, ScoreChange.EVIDENCE, moment))
