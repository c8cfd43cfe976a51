"""A newer request of the same deployment arrived: the one before it ends as superseded, if it still owes its answer.

Both `accept_request` and `remove_deployment` come here before they remember the newer one. One that was being taken
back ends as cancelled: that it stops is what somebody asked.
"""

from contracts.deployments.reasons import ClosedOutcome
from services.deployer.domain.generation import close, is_open
from services.deployer.domain.known_request import KnownRequest
from services.deployer.ports import World
from services.deployer.usecases.end_generation import end_generation


async def supersede_open_request(newer: KnownRequest, world: World) -> None:
    """End the request before this one, if it still owes its answer."""
    older = await world.requests.get(newer.deployment)
    if older is None or older.generation >= newer.generation:
        return
    if is_open(older, await world.deployments.get(newer.deployment)):
        outcome = ClosedOutcome.CANCELLED if older.cancel is not None else ClosedOutcome.SUPERSEDED
        await end_generation(close(older, outcome), older, world)
