"""Compliance approved: the next revision begins. The cluster is touched only once this is stored (the reconciler)."""

from chassis.errors import NotKnownYet
from contracts import topics
from contracts.compliance.events import DeploymentApproved
from contracts.envelope import Event
from services.deployer.domain.generation import awaits_decision, fail
from services.deployer.domain.health import Failure
from services.deployer.ports import World
from services.deployer.usecases.await_secrets import await_secrets
from services.deployer.usecases.begin_revision import begin_revision
from services.deployer.usecases.current_revision import current_revision
from services.deployer.usecases.end_generation import end_generation
from services.deployer.usecases.plan_revision import plan_revision
from services.deployer.usecases.restore_previous import restore_previous


async def start_deployment(event: Event[DeploymentApproved], world: World) -> None:
    """Start the newest request's generation; an approval that is late, or of an older one, does nothing.

    Raises NotKnownYet when the request, a secret it refers to, or the version has not arrived.
    """
    approved, generation = event.data, event.context.generation_number
    request = await world.requests.get(approved.deployment)
    state = await world.deployments.get(approved.deployment)
    if state is not None and state.ended >= generation:
        return
    if request is None or request.generation < generation:
        raise NotKnownYet(topics.DEPLOYMENT_REQUESTS, approved.deployment)
    if request.generation != generation or not awaits_decision(request, state):
        return
    if event.context.time >= request.decide_by:
        return
    number = (state.revision if state else 0) + 1
    current = await current_revision(request.deployment, state, world)
    planned = await plan_revision(request, number, state, current, world)
    if isinstance(planned, Failure):
        await restore_previous(request.deployment, world)
        await end_generation(fail(request, number, planned), request, world)
        return
    await await_secrets(request, world)
    await begin_revision(planned, request, state, world)
