"""Nobody decided in time: the owner of the deployment answers (DESIGN, rule 7).

Run by the clock. A decision made in time may still be on its way, or lie unread since this process was away: hence the
grace, and the wait after a start.
"""

from datetime import timedelta

from contracts.deployments.reasons import ClosedOutcome
from services.deployer.domain.generation import awaits_decision, close
from services.deployer.ports import World
from services.deployer.usecases.end_generation import end_generation
from services.deployer.usecases.restore_previous import restore_previous

AT_ONCE = 100
"""At most so many in one motion; the rest the next time."""


async def close_undecided(_tick: object, world: World) -> None:
    """Close every request whose `decideBy` and grace have passed without a decision."""
    if world.clock.now() < world.caught_up_at:
        return
    due = world.clock.now() - timedelta(seconds=world.undecided_grace_seconds)
    for request in await world.requests.unanswered(AT_ONCE):
        if request.watched_until > due:
            break
        if awaits_decision(request, await world.deployments.get(request.deployment)):
            await end_generation(close(request, ClosedOutcome.UNDECIDED), request, world)
            await restore_previous(request.deployment, world)
        else:
            await world.requests.ended(request)
