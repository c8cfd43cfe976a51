"""The newest request's one final event; with it ends the cancel that took it back, if there is one.

Every use case that ends a generation without its message in hand comes here.
"""

from contracts.deployments.events import DeploymentEvent
from services.deployer.domain.generation import cancel
from services.deployer.domain.known_request import KnownRequest
from services.deployer.lineage import lineage, lineage_of
from services.deployer.ports import World


async def end_generation(final: DeploymentEvent, request: KnownRequest, world: World) -> None:
    """Record the end, and that no more is owed; a cancel that arrives in the same moment makes both try again."""
    await world.record(final, generation=request.generation, lineage=lineage(request))
    if request.cancel is not None:
        by = request.cancel
        await world.record(cancel(request), generation=by.generation, lineage=lineage_of(by.came_from))
    await world.requests.ended(request)
