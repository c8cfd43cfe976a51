"""An upgrade failed: what succeeded before it comes back, field for field, and the world hears why.

Called by follow_rollout when the failure is certain. From here on the failed version is wanted by nobody, so nothing
tries it again; the reconciler applies the earlier description until its pods are ready, then DeploymentRolledBack
ends the generation. If that fails too, DeploymentFailed does.
"""

from services.deployer.domain.deployment import Deployment, Phase
from services.deployer.domain.generation import roll_back
from services.deployer.domain.health import Failure
from services.deployer.domain.known_request import KnownRequest
from services.deployer.lineage import lineage
from services.deployer.ports import World


async def roll_back_failed_upgrade(failure: Failure, request: KnownRequest, state: Deployment, world: World) -> bool:
    """Begin the way back; False when there is nothing to go back to, or this is the way back already."""
    if state.phase is not Phase.ROLLING_OUT or state.proven is None:
        return False
    previous = await world.revisions.get(request.deployment, state.proven.revision)
    if previous is None:
        return False
    told = roll_back(request, state, state.proven, failure)
    await world.record(told, generation=request.generation, lineage=lineage(request))
    await world.desired.keep(previous)
    world.wake(request.deployment)
    return True
