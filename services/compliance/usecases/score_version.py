"""The catalog tells about a version: remember its facts, and score it when that says something new.

Before: the catalog read an app's folder. After: the app page shows the verdicts. A restart of the catalog, or one of
this service, changes neither facts nor results, and then nothing is recorded.
"""

from contracts.apps.events import VersionPublished
from contracts.compliance.verdict import ScoreChange
from contracts.envelope import Event
from services.compliance.domain.calendar import legal_day
from services.compliance.domain.fact import overlay
from services.compliance.domain.known_version import KnownVersion
from services.compliance.domain.score import score, to_event, why_changed
from services.compliance.ports import World


async def score_version(event: Event[VersionPublished], world: World) -> None:
    """Record ComplianceScored when the facts or what the rules say about them differ from what was last told."""
    published, moment = event.data, world.clock.now()
    app, version = published.app, published.version
    await world.known_versions.remember(KnownVersion(app=app, version=version, facts=published.facts))
    policy_set = world.policies.active()
    facts = overlay(published.facts, await world.evidence.about(app, version))
    scored = score(policy_set, facts, legal_day(moment))
    told = await world.verdicts.of(app, version)
    if told is None:
        change = ScoreChange.FIRST
    elif told.input_sha256 != scored.input_sha256:
        change = ScoreChange.FACTS
    elif told.results != scored.results:
        change = why_changed(told, score(policy_set, facts, legal_day(told.as_of)))
    else:
        return
    await world.record(to_event(app, version, scored, change, moment))
