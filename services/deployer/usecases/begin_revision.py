"""The next revision begins: told, wanted from now on, and kept so that it can be built again.

Called by start_deployment and pause_deployment. The cluster is touched once this is stored (reconcile_deployment).
"""

from services.deployer.domain.deployment import Deployment
from services.deployer.domain.desired import Desired
from services.deployer.domain.generation import start
from services.deployer.domain.known_request import KnownRequest
from services.deployer.ports import World


async def begin_revision(planned: Desired, request: KnownRequest, state: Deployment | None, world: World) -> None:
    """Begin what was planned for a request; `state` is how the deployment stood until now."""
    await world.record(start(planned.request, planned.revision), generation=request.generation)
    await world.desired.keep(planned)
    await world.revisions.keep(planned, state.proven.revision if state and state.proven else None)
    await world.requests.ended(request)
    world.wake(request.deployment)
