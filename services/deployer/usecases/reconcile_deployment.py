"""One deployment brought one step nearer to what was asked: the heart of the service.

Called by the reconciler with a name, never with an event: it reads what should be and what is, converges, tells the
steps that are new, and says when to look again. Killed at any point, the next call does the same again.
"""

from collections.abc import Sequence
from datetime import datetime

from contracts.deployments.events import ObjectReference
from contracts.deployments.reasons import Cause, Fault, Step
from services.deployer.domain.deployment import Deployment, is_open, remove
from services.deployer.domain.desired import Desired
from services.deployer.domain.health import Failure
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.network import address
from services.deployer.domain.rollout import failed, judge, progressed
from services.deployer.ports import Object, ObjectRefused, World, lineage
from services.deployer.reconciler.outcome import AgainAfter, Done, GiveUp, Outcome, TryAgain
from services.deployer.usecases.build_secret import build_secret

LOOK_AGAIN_SECONDS = 1.0
"""While something is still being removed."""


async def reconcile_deployment(deployment: str, world: World) -> Outcome:
    """Converge one deployment and record what is new about it."""
    request = await world.requests.get(deployment)
    state = await world.deployments.get(deployment)
    if request is None:
        return Done()
    if request.removal:
        return await _take_away(request, state, world)
    desired = await world.desired.get(deployment)
    if desired is None or state is None:
        return Done()
    objects = build(desired.facts, desired.spec)
    refusal = await _apply(desired, objects, world)
    if not state.rolling_out:
        return GiveUp(refusal.cause) if refusal is not None else Done()
    if refusal is not None:
        await world.record(failed(state, refusal), generation=state.started, lineage=lineage(desired.request))
        return Done()
    return await _follow(state, desired, objects, world)


async def _apply(desired: Desired, objects: Sequence[Object], world: World) -> Failure | None:
    cluster = await world.cluster.facts()
    where = desired.request.environment
    if where.cluster != cluster.cluster or where.name not in cluster.environments:
        return Failure(
            Cause.MANIFEST_INVALID,
            Fault.CONFIGURATION,
            {
                "kind": "Namespace",
                "name": where.namespace,
                "message": f"{cluster.name} has no environment {where.name}",
            },
        )
    try:
        await world.cluster.apply(desired.request.deployment, (*objects, *await build_secret(desired, world)))
    except ObjectRefused as refused:
        return Failure(
            Cause.MANIFEST_INVALID,
            Fault.CONFIGURATION,
            {
                "kind": refused.kind,
                "name": refused.name,
                "field": refused.field,
                "message": refused.message,
            },
        )
    return None


async def _follow(state: Deployment, desired: Desired, objects: Sequence[Object], world: World) -> Outcome:
    observed = await world.cluster.observe(state.deployment)
    if observed is None:
        return TryAgain("the workload is not there yet")
    now = world.clock.now()
    references = tuple(ObjectReference(kind=one["kind"], name=one["metadata"]["name"]) for one in objects)
    following = judge(state, observed, references, address(desired.facts, desired.spec), world.patience, now)
    for event in following.events:
        await world.record(event, generation=state.started, lineage=lineage(desired.request))
    return Done() if following.look_again_at is None else AgainAfter(_seconds(now, following.look_again_at))


async def _take_away(request: KnownRequest, state: Deployment | None, world: World) -> Outcome:
    if not is_open(request, state):
        return Done()
    deletion = await world.cluster.delete(request.deployment)
    if deletion.remaining:
        return AgainAfter(LOOK_AGAIN_SECONDS)
    if state is not None and deletion.removed:
        step = progressed(state, Step.OBJECTS_REMOVED, {"objects": deletion.removed})
        await world.record(step, generation=request.generation, lineage=lineage(request))
    await world.record(remove(request), generation=request.generation, lineage=lineage(request))
    await world.desired.forget(request.deployment)
    await world.secrets.forget(request.deployment)
    await world.requests.ended(request)
    return Done()


def _seconds(now: datetime, then: datetime) -> float:
    return max((then - now).total_seconds(), 0.0)
