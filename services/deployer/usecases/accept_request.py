"""A team asks for a deployment: remember it until compliance decides; what it overtakes ends as superseded.

Before: the gateway stored the request. After: start_deployment, close_deployment or close_undecided.
"""

from contracts.deployments.requests import DeploymentRequested
from contracts.envelope import Event
from services.deployer.domain.known_request import KnownRequest
from services.deployer.ports import World, came_from
from services.deployer.usecases.supersede_open_request import supersede_open_request


async def accept_request(event: Event[DeploymentRequested], world: World) -> None:
    """Remember the newest request. Its generation is its sequence on the topic (DESIGN, rule 7)."""
    asked = event.data
    request = KnownRequest(
        deployment=asked.deployment,
        generation=event.context.number,
        environment=asked.environment,
        app=asked.app,
        app_name=asked.app_name,
        version=asked.version,
        name=asked.name,
        decide_by=asked.decide_by,
        watched_until=max(asked.decide_by, world.clock.now()),
        came_from=came_from(event.context),
        secrets=asked.secrets,
    )
    await supersede_open_request(request, world)
    await world.requests.keep(request)
