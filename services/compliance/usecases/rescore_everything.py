"""Somebody edits the policies: the rules that changed are told, and every verdict they change, with reason `policy`.

Runs at every tick and looks at the files' times only; after a change it goes on, tick after tick, until a whole look
finds nothing left to tell. At a start it looks once, which finds an edit made while the service was away.
"""

from services.compliance.domain.policy import changed_rules
from services.compliance.ports import World
from services.compliance.usecases.look_again import look_again


async def rescore_everything(_tick: object, world: World) -> None:
    """Record RulePublished, RuleRetired and ComplianceScored where the set in force differs from what was told."""
    policy_set = world.policies.refresh()
    if world.policies.settled():
        return
    rules = changed_rules(policy_set, await world.rules.told())
    for change in rules:
        await world.record(change)
    if await look_again(world) and not rules:
        world.policies.settle()
