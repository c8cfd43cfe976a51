"""A rollout, a rollback or a cancel under way: tell the steps that are new, and end it once the outcome is certain.

Called by reconcile_deployment each time it looks, after it applied what should be. A look that shows nothing new costs
no motion.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from contracts.deployments.events import DeploymentEvent, DeploymentProgressed, ObjectReference
from contracts.deployments.reasons import ClosedOutcome
from services.deployer.domain.deployment import Deployment, Phase
from services.deployer.domain.desired import Desired
from services.deployer.domain.generation import close, fail, rolled_back, succeed
from services.deployer.domain.health import Failure
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.manifest.exposure import address
from services.deployer.domain.rollout import Healthy, Next, judge
from services.deployer.domain.wish import Wish
from services.deployer.lineage import lineage
from services.deployer.ports import Object, World
from services.deployer.reconciler.outcome import AgainAfter, Done, Outcome, TryAgain
from services.deployer.reconciler.turn import Turn
from services.deployer.usecases.end_generation import end_generation
from services.deployer.usecases.hide_secrets import hide_secrets
from services.deployer.usecases.roll_back_failed_upgrade import roll_back_failed_upgrade
from services.deployer.usecases.tell_if_newest import tell_if_newest


async def follow_rollout(
    wish: Wish,
    state: Deployment,
    desired: Desired,
    objects: Sequence[Object],
    refusal: Failure | None,
    turn: Turn,
) -> Outcome:
    """One look at what was applied; `refusal` says why it could not be."""
    request = wish.request
    if refusal is not None:
        return await tell_if_newest(wish, lambda world: _fail(refusal, request, state, desired, world), turn)
    if request.cancel is not None and not _is_proven(desired, state):
        return await tell_if_newest(wish, lambda world: _cancelled(request, world), turn)
    observed = await turn.cluster.observe(state.deployment)
    if observed is None:
        return TryAgain("the workload is not there yet")
    now = turn.clock.now()
    since = request.cancel.heard_at if request.cancel is not None else state.since
    following = judge(state, desired, observed, len(objects), since or now, turn.patience, now)
    if not following.steps and following.end is None:
        return _look_again(following, now)
    where = await _reached_at(desired, turn)

    async def tell(world: World) -> Outcome:
        for step in following.steps:
            told = await _told(step, desired, world)
            await world.record(told, generation=request.generation, lineage=lineage(request))
        match following.end:
            case Failure() as failure:
                return await _fail(failure, request, state, desired, world)
            case Healthy() as healthy:
                await end_generation(_final(healthy, request, state, desired, where, objects), request, world)
                return Done()
        return _look_again(following, now)

    return await tell_if_newest(wish, tell, turn)


def _look_again(following: Next, now: datetime) -> Outcome:
    look_again_at = following.look_again_at or now
    return AgainAfter(max((look_again_at - now).total_seconds(), 0.0))


async def _told(step: DeploymentProgressed, desired: Desired, world: World) -> DeploymentProgressed:
    if step.cause is None:
        return step
    return step.model_copy(update={"params": await hide_secrets(step.params, desired, world)})


async def _cancelled(request: KnownRequest, world: World) -> Outcome:
    await end_generation(close(request, ClosedOutcome.CANCELLED), request, world)
    return Done()


async def _fail(failure: Failure, request: KnownRequest, state: Deployment, desired: Desired, world: World) -> Outcome:
    failure = replace(failure, params=await hide_secrets(failure.params, desired, world))
    if request.cancel is None and await roll_back_failed_upgrade(failure, request, state, world):
        return AgainAfter(0)
    await end_generation(fail(request, state.revision, failure), request, world)
    return Done()


def _final(
    healthy: Healthy,
    request: KnownRequest,
    state: Deployment,
    desired: Desired,
    where: str | None,
    objects: Sequence[Object],
) -> DeploymentEvent:
    """What it means that all is ready: for a cancel, for a rollback, for a rollout."""
    if request.cancel is not None:
        return close(request, ClosedOutcome.CANCELLED)
    if state.phase is Phase.ROLLING_BACK:
        return rolled_back(request, state)
    references = tuple(ObjectReference(kind=one["kind"], name=one["metadata"]["name"]) for one in objects)
    # A pause stands still as what was healthy, which may be another version than the newest request names.
    return succeed(desired.request, state.revision, healthy.replicas, where, references)


async def _reached_at(desired: Desired, turn: Turn) -> str | None:
    cluster = await turn.cluster.facts()
    return address(desired.facts, desired.spec, cluster.offer_of(desired.request.environment.name))


def _is_proven(desired: Desired, state: Deployment) -> bool:
    """Whether it was healthy once; what failed before needs no waiting for."""
    return state.proven is not None and desired.revision == state.proven.revision
