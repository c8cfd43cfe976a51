"""Compliance approved: the next revision begins. The cluster is touched only once this is stored (the reconciler)."""

from chassis.errors import NotKnownYet
from contracts import topics
from contracts.compliance.events import DeploymentApproved
from contracts.envelope import Event
from services.deployer.domain.deployment import awaits_decision, start
from services.deployer.domain.desired import Desired
from services.deployer.ports import World
from services.deployer.usecases.await_secrets import await_secrets


async def start_deployment(event: Event[DeploymentApproved], world: World) -> None:
    """Start the newest request's generation; an approval that is late, or of an older one, does nothing.

    Raises NotKnownYet when the request, a secret it refers to, or the version has not arrived.
    """
    approved, generation = event.data, event.context.generation_number
    request = await world.requests.get(approved.deployment)
    if request is None or request.generation < generation:
        raise NotKnownYet(topics.DEPLOYMENT_REQUESTS, approved.deployment)
    state = await world.deployments.get(approved.deployment)
    if request.generation != generation or not awaits_decision(request, state):
        return
    if event.context.time >= request.decide_by:
        return
    await await_secrets(request, world)
    version = await world.versions.get(request.app, request.version)
    if version is None:
        raise NotKnownYet(topics.APPS, request.app)
    await world.record(start(request, state), generation=generation)
    await world.desired.keep(Desired(request=request, spec=version.spec))
    await world.requests.ended(request)
    world.wake(request.deployment)
