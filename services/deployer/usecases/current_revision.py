"""What should run now, as a revision that can be gone back to.

Called before the next one is planned (start_deployment, pause_deployment).
"""

from services.deployer.domain.deployment import Deployment
from services.deployer.domain.desired import Desired
from services.deployer.ports import World


async def current_revision(deployment: str, state: Deployment | None, world: World) -> Desired | None:
    """What should run now. One that was started before revisions were kept becomes one that can be gone back to."""
    current = await world.desired.get(deployment)
    if current is not None and not current.revision and state is not None:
        current = current.model_copy(update={"revision": state.revision})
        await world.revisions.keep(current, None)
    return current
