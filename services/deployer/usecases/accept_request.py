"""A team asks for a deployment: remember it until compliance decides; what it overtakes ends as superseded.

Before: the gateway stored the request. After: start_deployment, close_deployment, close_undecided or cancel_deployment.
A pause begins at once, because nobody decides on it.
"""

from contracts.deployments.requests import DeploymentRequested, Intent
from contracts.envelope import Event
from services.deployer.domain.known_request import KnownRequest
from services.deployer.lineage import came_from
from services.deployer.ports import World
from services.deployer.usecases.pause_deployment import pause_deployment
from services.deployer.usecases.supersede_open_request import supersede_open_request


async def accept_request(event: Event[DeploymentRequested], world: World) -> None:
    """Remember the newest request. Its generation is its sequence on the topic (DESIGN, rule 7)."""
    context = event.context
    request = KnownRequest.of(event.data, context.number, world.clock.now(), came_from(context))
    await supersede_open_request(request, world)
    await world.requests.keep(request)
    if request.intent is Intent.PAUSE:
        await pause_deployment(request, world)
