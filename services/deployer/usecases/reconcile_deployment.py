"""One deployment brought one step nearer to what was asked: the heart of the service.

Called by the reconciler with a name, never with an event: it reads what should be and what is, converges, tells what
is new (follow_rollout), and says when to look again. Killed at any point, the next call does the same again.
"""

from collections.abc import Sequence

from contracts.clusters.events import ClusterRegistered
from contracts.deployments.reasons import ClosedOutcome, Step
from services.deployer.domain.deployment import Deployment, Phase
from services.deployer.domain.desired import Desired
from services.deployer.domain.doctor.refused_object import manifest_invalid, refused_object
from services.deployer.domain.generation import close, is_open, remove
from services.deployer.domain.health import Failure
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.order import in_order
from services.deployer.domain.rollout import progressed
from services.deployer.ports import Object, ObjectRefused, World, lineage
from services.deployer.reconciler.outcome import AgainAfter, Done, GiveUp, Outcome
from services.deployer.usecases.build_secret import build_secret
from services.deployer.usecases.end_generation import end_generation
from services.deployer.usecases.follow_rollout import follow_rollout
from services.deployer.usecases.keep_out_quarantined import keep_out_quarantined

LOOK_AGAIN_SECONDS = 1.0
"""While something is still being removed."""
MAYBE_UNFINISHED = (Phase.FAILED, Phase.CANCELLED, Phase.SUPERSEDED)
"""Ends that say nothing about pods of before; all others mean that none is left."""


async def reconcile_deployment(deployment: str, world: World) -> Outcome:
    """Converge one deployment and record what is new about it."""
    request = await world.requests.get(deployment)
    state = await world.deployments.get(deployment)
    if request is None:
        return Done()
    if request.removal:
        return await _take_away(request, state, world)
    if state is None:
        return Done()
    desired = await world.desired.get(deployment)
    if desired is None:
        return await _leave_nothing(request, state, world)
    return await _bring_about(request, state, desired, world)


async def _bring_about(request: KnownRequest, state: Deployment, wanted: Desired, world: World) -> Outcome:
    desired = await keep_out_quarantined(state, wanted, world)
    if desired is None:
        return GiveUp("only a version that failed here is known")
    cluster = await world.cluster.facts()
    objects = build(desired.facts, desired.spec, cluster.offer_of(desired.request.environment.name))
    refusal = await _apply(desired, objects, cluster, world)
    if state.under_way:
        return await follow_rollout(request, state, desired, objects, refusal, world)
    return GiveUp(refusal.cause) if refusal is not None else await _let_finish(state, world)


async def _apply(
    desired: Desired, objects: Sequence[Object], cluster: ClusterRegistered, world: World
) -> Failure | None:
    where = desired.request.environment
    if where.cluster != cluster.cluster or where.name not in cluster.environments:
        return manifest_invalid("Namespace", where.namespace, ".", f"{cluster.name} has no environment {where.name}")
    try:
        secret = await build_secret(desired, world)
        await world.cluster.apply(desired.request.deployment, in_order((*objects, *secret)))
    except ObjectRefused as refused:
        return refused_object(refused.kind, refused.name, refused.field, refused.message)
    return None


async def _let_finish(state: Deployment, world: World) -> Outcome:
    """While pods of before are still being replaced, look on for as long as a rollout may take; nobody is told."""
    now = world.clock.now()
    waited = (now - state.started_at).total_seconds() if state.started_at is not None else 0.0
    if state.phase not in MAYBE_UNFINISHED or waited > world.patience.progress_deadline_seconds:
        return Done()
    observed = await world.cluster.observe(state.deployment)
    if observed is None or not observed.outdated or observed.next_change_at is None:
        return Done()
    return AgainAfter(max((observed.next_change_at - now).total_seconds(), 0.0))


async def _leave_nothing(request: KnownRequest, state: Deployment, world: World) -> Outcome:
    """Nothing should be there: a first rollout was taken back."""
    if (await world.cluster.delete(request.deployment)).remaining:
        return AgainAfter(LOOK_AGAIN_SECONDS)
    if state.under_way:
        await end_generation(close(request, ClosedOutcome.CANCELLED), request, world)
    return Done()


async def _take_away(request: KnownRequest, state: Deployment | None, world: World) -> Outcome:
    deletion = await world.cluster.delete(request.deployment)
    if state is not None and deletion.removed and is_open(request, state):
        step = progressed(state, Step.OBJECTS_REMOVED, {"objects": deletion.removed})
        await world.record(step, generation=request.generation, lineage=lineage(request))
    if deletion.remaining:
        return AgainAfter(LOOK_AGAIN_SECONDS)
    if not is_open(request, state):
        # It was told; after a restore from an older copy there may still have been objects.
        await world.requests.ended(request)
        return Done()
    await world.desired.forget(request.deployment)
    await world.revisions.forget(request.deployment)
    await world.secrets.forget(request.deployment)
    await end_generation(remove(request), request, world)
    return Done()
