"""A team lets a deployment stand still: the next revision is what should run now, without pods. Nobody decides on it.

Called by accept_request once it remembers the request. After: the reconciler takes the pods away and follow_rollout
ends it; resuming is a request like any other, which compliance decides.
"""

from services.deployer.domain.generation import awaits_decision, fail
from services.deployer.domain.health import Failure
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.plan import goes_on, plan_pause
from services.deployer.ports import World
from services.deployer.usecases.begin_revision import begin_revision
from services.deployer.usecases.current_revision import current_revision
from services.deployer.usecases.end_generation import end_generation


async def pause_deployment(request: KnownRequest, world: World) -> None:
    """Begin the pause, or end it as failed when there is nothing to pause."""
    state = await world.deployments.get(request.deployment)
    if not awaits_decision(request, state):
        return
    current = await current_revision(request.deployment, state, world)
    number = (state.revision if state else 0) + 1
    before = goes_on(state, current)
    if current is not None and before is not None and before != current.revision:
        # A rollout that the pause overtakes proved nothing: what stands still is what would have gone on without it.
        current = await world.revisions.get(request.deployment, before) or current
    planned = plan_pause(request, number, current, before)
    if isinstance(planned, Failure):
        await end_generation(fail(request, number, planned), request, world)
        return
    await begin_revision(planned, request, state, world)
