"""Somebody takes a request back. What was not started ends at once; what is rolled out goes back to what was before.

Both generations then end: the request as cancelled, and the cancel with its own answer. Too late is an answer too: the
request ended, is on its way back already, was overtaken, or is a removal.
"""

from chassis.errors import NotKnownYet
from contracts import topics
from contracts.deployments.reasons import ClosedOutcome
from contracts.deployments.requests import DeploymentCancelRequested
from contracts.envelope import Event
from services.deployer.domain.generation import awaits_decision, close, may_be_cancelled
from services.deployer.domain.known_request import Cancel
from services.deployer.lineage import came_from
from services.deployer.ports import World
from services.deployer.usecases.end_generation import end_generation
from services.deployer.usecases.restore_previous import restore_previous


async def cancel_deployment(event: Event[DeploymentCancelRequested], world: World) -> None:
    """Stop the request that is named. Raises NotKnownYet when the deployment was never asked for."""
    asked, context = event.data, event.context
    request = await world.requests.get(asked.deployment)
    if request is None:
        raise NotKnownYet(topics.DEPLOYMENT_REQUESTS, asked.deployment)
    state = await world.deployments.get(asked.deployment)
    possible = may_be_cancelled(asked.cancels, request, state)
    if not possible or not await restore_previous(asked.deployment, world):
        await world.record(close(request, ClosedOutcome.TOO_LATE), generation=context.number)
        return
    by = Cancel(generation=context.number, heard_at=world.clock.now(), came_from=came_from(context))
    cancelled = request.model_copy(update={"cancel": by})
    if awaits_decision(request, state):
        await end_generation(close(request, ClosedOutcome.CANCELLED), cancelled, world)
        return
    await world.requests.keep(cancelled)
    await world.requests.ended(cancelled)
