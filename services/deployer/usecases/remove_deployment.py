"""A team asks for a deployment to go. The wish is stored; the reconciler carries it out until nothing is left."""

from chassis.errors import NotKnownYet
from contracts import topics
from contracts.deployments.requests import DeploymentRemovalRequested
from contracts.envelope import Event
from services.deployer.lineage import came_from
from services.deployer.ports import World
from services.deployer.usecases.supersede_open_request import supersede_open_request


async def remove_deployment(event: Event[DeploymentRemovalRequested], world: World) -> None:
    """Remember the removal as the newest request; the one before it ends as superseded if it is still open.

    Raises NotKnownYet when the deployment was never asked for.
    """
    asked = event.data
    older = await world.requests.get(asked.deployment)
    if older is None:
        raise NotKnownYet(topics.DEPLOYMENT_REQUESTS, asked.deployment)
    request = older.removed_by(asked, event.context.number, came_from(event.context))
    await supersede_open_request(request, world)
    await world.requests.keep(request)
    world.wake(request.deployment)
