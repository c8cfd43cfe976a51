"""A revision that failed and was rolled back is wanted by nobody: what was healthy before it is what should be.

Called by the reconciler each time, before anything is applied. Normally there is nothing to do, because the way back
already stored what should be; a drift repair, a retry or a database from before the failure finds it here.
"""

from services.deployer.domain.deployment import Deployment
from services.deployer.domain.desired import Desired
from services.deployer.ports import World


async def keep_out_quarantined(state: Deployment, desired: Desired, world: World) -> Desired | None:
    """What may be applied: `desired`, or the healthy revision in its place; None when that is no longer known."""
    if not any(one.revision == desired.revision for one in state.quarantine):
        return desired
    if state.proven is None:
        return None
    healthy = await world.revisions.get(state.deployment, state.proven.revision)
    if healthy is not None:
        await world.desired.keep(healthy)
    return healthy
