"""What a turn found is told only while the wish that it read is still the newest: the last step of a reconcile.

Between reading and telling the cluster was asked, outside any motion, for as long as it took. Meanwhile a request may
have come, or an end been told; then what was found answers a question that nobody asks any more, and the next turn
begins with the newer one. What should be changes only together with the request or with an event.
"""

from collections.abc import Awaitable, Callable

from services.deployer.domain.wish import Wish
from services.deployer.ports import World
from services.deployer.reconciler.outcome import AgainAfter, Outcome
from services.deployer.reconciler.turn import Turn


async def tell_if_newest(wish: Wish, tell: Callable[[World], Awaitable[Outcome]], turn: Turn) -> Outcome:
    """Run `tell` in a motion that sees the same request and state; else nothing is told, and it is looked again."""

    async def told(world: World) -> Outcome:
        deployment = wish.request.deployment
        newest = await world.requests.get(deployment), await world.deployments.get(deployment)
        if newest != (wish.request, wish.state):
            return AgainAfter(0)
        return await tell(world)

    return await turn.in_motion(told)
