"""A newer request of the same deployment arrived: the one before it ends as superseded, if it still owes its answer.

Both `accept_request` and `remove_deployment` come here before they remember the newer one.
"""

from contracts.deployments.reasons import ClosedOutcome
from services.deployer.domain.deployment import close, is_open
from services.deployer.domain.known_request import KnownRequest
from services.deployer.ports import World, lineage


async def supersede_open_request(newer: KnownRequest, world: World) -> None:
    """End the request before this one, if it still owes its answer."""
    older = await world.requests.get(newer.deployment)
    if older is None or older.generation >= newer.generation:
        return
    if is_open(older, await world.deployments.get(newer.deployment)):
        closed = close(older, ClosedOutcome.SUPERSEDED)
        await world.record(closed, generation=older.generation, lineage=lineage(older))
