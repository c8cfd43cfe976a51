"""Compliance rejected: this generation ends, and what runs goes on running."""

from chassis.errors import NotKnownYet
from contracts import topics
from contracts.compliance.events import DeploymentRejected
from contracts.deployments.reasons import ClosedOutcome
from contracts.envelope import Event
from services.deployer.domain.generation import awaits_decision, close
from services.deployer.ports import World
from services.deployer.usecases.restore_previous import restore_previous


async def close_deployment(event: Event[DeploymentRejected], world: World) -> None:
    """Close the newest request's generation as rejected, unless it has its answer.

    Raises NotKnownYet when the request has not arrived.
    """
    rejected, generation = event.data, event.context.generation_number
    request = await world.requests.get(rejected.deployment)
    state = await world.deployments.get(rejected.deployment)
    if state is not None and state.ended >= generation:
        return
    if request is None or request.generation < generation:
        raise NotKnownYet(topics.DEPLOYMENT_REQUESTS, rejected.deployment)
    if request.generation == generation and awaits_decision(request, state):
        await world.record(close(request, ClosedOutcome.REJECTED), generation=generation)
        await world.requests.ended(request)
        await restore_previous(request.deployment, world)
