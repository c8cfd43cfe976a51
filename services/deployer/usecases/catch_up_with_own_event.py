"""A restore read an own event back: write again what the reconciler or the clock wrote beside it, without a message.

What a message set off needs nothing here, because a restore handles the message itself again. Nothing is asked of the
cluster: the reconciler's full pass at the next start brings it about.
"""

from contracts.deployments.events import (
    FINAL,
    DeploymentClosed,
    DeploymentEvent,
    DeploymentRemoved,
    DeploymentRollbackStarted,
)
from contracts.deployments.reasons import ClosedOutcome
from contracts.envelope import Event
from services.deployer.ports import World
from services.deployer.usecases.restore_previous import restore_previous


async def catch_up_with_own_event(event: Event[DeploymentEvent], world: World) -> None:
    """Want what was wanted after this event; watch no deadline of what it ended."""
    told = event.data
    match told:
        case DeploymentRollbackStarted():
            previous = await world.revisions.get(told.deployment, told.to_revision)
            if previous is not None:
                await world.desired.keep(previous)
        case DeploymentClosed(outcome=ClosedOutcome.UNDECIDED):
            await restore_previous(told.deployment, world)
        case DeploymentRemoved():
            # The request stays open: the full pass then takes away what a simulated cluster still shows.
            await world.desired.forget(told.deployment)
            await world.revisions.forget(told.deployment)
            return
    request = await world.requests.get(told.deployment)
    if isinstance(told, FINAL) and request is not None and request.generation == event.context.generation_number:
        await world.requests.ended(request)
