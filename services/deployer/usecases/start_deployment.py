"""Compliance approved: the next revision begins. The cluster is touched only once this is stored (the reconciler)."""

from chassis.errors import NotKnownYet
from contracts import topics
from contracts.compliance.events import DeploymentApproved
from contracts.envelope import Event
from services.deployer.domain.deployment import Deployment
from services.deployer.domain.desired import Desired
from services.deployer.domain.generation import awaits_decision, fail
from services.deployer.domain.health import Failure
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.plan import goes_on, kept_out, plan, plan_again
from services.deployer.ports import World
from services.deployer.usecases.await_secrets import await_secrets
from services.deployer.usecases.begin_revision import begin_revision
from services.deployer.usecases.current_revision import current_revision
from services.deployer.usecases.end_generation import end_generation
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
    planned = await _plan(request, number, state, world)
    if isinstance(planned, Failure):
        await restore_previous(request.deployment, world)
        await end_generation(fail(request, number, planned), request, world)
        return
    await await_secrets(request, world)
    await begin_revision(planned, request, state, world)


async def _plan(request: KnownRequest, number: int, state: Deployment | None, world: World) -> Desired | Failure:
    quarantined = kept_out(request, state)
    if quarantined is not None:
        return quarantined
    current = await current_revision(request.deployment, state, world)
    before = goes_on(state, current)
    if request.revision is not None:
        earlier = await world.revisions.get(request.deployment, request.revision)
        return plan_again(request, number, earlier, current, before)
    version = await world.versions.get(request.app, request.version)
    if version is None:
        raise NotKnownYet(topics.APPS, request.app)
    return plan(request, number, version.spec, current, before)
