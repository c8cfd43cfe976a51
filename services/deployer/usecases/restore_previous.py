"""What was in force before the newest revision is what should be again; the reconciler brings it about.

Called when a rollout was taken back (cancel_deployment), or when what overtook one did not start either.
"""

from services.deployer.domain.deployment import Phase
from services.deployer.ports import World

UNFINISHED = (Phase.ROLLING_OUT, Phase.SUPERSEDED)
"""What was proven, or ended by itself, stays as it is."""


async def restore_previous(deployment: str, world: World) -> bool:
    """Want what was before the newest revision, or nothing if there was nothing; False when nobody knows any more."""
    state, desired = await world.deployments.get(deployment), await world.desired.get(deployment)
    if state is None or desired is None or state.phase not in UNFINISHED:
        return True
    if desired.revision == 0 and state.revision > 1:
        return False
    if desired.revision not in (0, state.revision):
        return True
    if desired.before is None:
        await world.desired.forget(deployment)
    else:
        previous = await world.revisions.get(deployment, desired.before)
        if previous is None:
            return False
        await world.desired.keep(previous)
    world.wake(deployment)
    return True
