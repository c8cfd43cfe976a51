"""Look once more at every version by the policies and on the day of now, and tell which verdicts changed.

Both `rescore_everything.py` (the policies changed) and `expire_evidence.py` (a day passed) come here. One motion tells
at most `most` changes, so that a transaction stays small; the next tick finds the rest.
"""

from services.compliance.domain.fact import overlay
from services.compliance.domain.score import score_again
from services.compliance.ports import World

MOST = 200
"""Verdicts told in one motion."""


async def look_again(world: World, most: int = MOST) -> bool:
    """Record ComplianceScored for each verdict that changed. True when every version was looked at and none had."""
    policy_set, moment, recorded = world.policies.active(), world.clock.now(), 0
    async for known in world.known_versions.all():
        told = await world.verdicts.of(known.app, known.version)
        if told is None:
            continue
        facts = overlay(known.facts, await world.evidence.about(known.app, known.version))
        changed = score_again(told, policy_set, facts, moment)
        if changed is None:
            continue
        if recorded == most:
            return False
        await world.record(changed)
        recorded += 1
    return recorded == 0
