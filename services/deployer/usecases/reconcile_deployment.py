"""One deployment brought one step nearer to what was asked: the heart of the service.

Called by the reconciler with a name, never with an event: it reads what should be (read_wish), converges and looks at
the cluster outside any motion, tells what is new (follow_rollout, tell_if_newest), and says when to look again. Killed
at any point, the next call does the same again.
"""

from collections.abc import Sequence

from chassis.errors import NotNow
from contracts.deployments.events import ObjectReference
from contracts.deployments.reasons import ClosedOutcome, Step
from services.deployer.domain.deployment import Deployment, Phase
from services.deployer.domain.desired import Desired
from services.deployer.domain.doctor.refused_object import refused_object
from services.deployer.domain.generation import close, is_open, remove
from services.deployer.domain.health import Failure
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.inventory import DATA
from services.deployer.domain.manifest.order import in_order
from services.deployer.domain.place import no_place, out_of_reach
from services.deployer.domain.rollout import progressed
from services.deployer.domain.wish import Wish
from services.deployer.lineage import lineage
from services.deployer.ports import Deletion, Object, ObjectRefused, World
from services.deployer.reconciler.outcome import AgainAfter, Done, GiveUp, Outcome
from services.deployer.reconciler.turn import Turn
from services.deployer.usecases.end_generation import end_generation
from services.deployer.usecases.follow_rollout import follow_rollout
from services.deployer.usecases.heal_drift import heal_drift
from services.deployer.usecases.read_wish import read_wish
from services.deployer.usecases.tell_if_newest import tell_if_newest
from services.deployer.usecases.watch_health import watch_health

LOOK_AGAIN_SECONDS = 1.0
"""While something is still being removed."""
MAYBE_UNFINISHED = (Phase.FAILED, Phase.CANCELLED, Phase.SUPERSEDED)
"""Ends that say nothing about pods of before; all others mean that none is left."""


async def reconcile_deployment(deployment: str, turn: Turn) -> Outcome:
    """Converge one deployment and record what is new about it."""
    wish = await turn.in_motion(lambda world: read_wish(deployment, world))
    if not isinstance(wish, Wish):
        return wish
    if wish.request.removal or wish.state is None:
        return await _take_away(wish, turn)
    if wish.desired is None:
        return await _leave_nothing(wish, wish.state, turn)
    return await _bring_about(wish, wish.state, wish.desired, turn)


async def _bring_about(wish: Wish, state: Deployment, desired: Desired, turn: Turn) -> Outcome:
    cluster = await turn.cluster.facts()
    objects = build(desired.facts, desired.spec, cluster.offer_of(desired.request.environment.name))
    applied = await _apply(wish, state, desired, objects, turn)
    if not isinstance(applied, Failure | None):
        return applied
    if state.under_way:
        return await follow_rollout(wish, state, desired, objects, applied, turn)
    if applied is not None:
        return GiveUp(applied.cause)
    finishing = await _let_finish(state, turn)
    return finishing if isinstance(finishing, AgainAfter) else await watch_health(wish, state, desired, turn)


async def _apply(
    wish: Wish, state: Deployment, desired: Desired, objects: Sequence[Object], turn: Turn
) -> Failure | Outcome | None:
    """None once all is applied; an outcome when nothing is to be applied now."""
    nowhere = no_place(desired.request.environment, await turn.cluster.facts())
    if nowhere is not None:
        return nowhere
    if wish.refusal is not None:
        return wish.refusal
    try:
        whole = in_order((*objects, *map(dict, wish.secret)))
        return await heal_drift(wish, state, desired, whole, turn)
    except ObjectRefused as refused:
        return refused_object(refused.kind, refused.name, refused.field, refused.message)


async def _let_finish(state: Deployment, turn: Turn) -> Outcome:
    """While pods of before are still being replaced, look on for as long as a rollout may take; nobody is told."""
    now = turn.clock.now()
    waited = (now - state.started_at).total_seconds() if state.started_at is not None else 0.0
    if state.phase not in MAYBE_UNFINISHED or waited > turn.patience.progress_deadline_seconds:
        return Done()
    observed = await turn.cluster.observe(state.deployment)
    if observed is None or not observed.outdated or observed.next_change_at is None:
        return Done()
    return AgainAfter(max((observed.next_change_at - now).total_seconds(), 0.0))


async def _leave_nothing(wish: Wish, state: Deployment, turn: Turn) -> Outcome:
    """Nothing should be there: a first rollout was taken back. Data from before it stays where it is."""
    if (await turn.cluster.delete(state.deployment, data=not state.kept)).remaining:
        return AgainAfter(LOOK_AGAIN_SECONDS)
    if not state.under_way:
        return Done()

    async def tell(world: World) -> Outcome:
        await end_generation(close(wish.request, ClosedOutcome.CANCELLED), wish.request, world)
        return Done()

    return await tell_if_newest(wish, tell, turn)


async def _take_away(wish: Wish, turn: Turn) -> Outcome:
    """Raises NotNow while nobody can see what is there: that nothing is left must be true when it is told."""
    where, cluster = wish.request.environment, await turn.cluster.facts()
    if not cluster.reaches(where.namespace):
        raise NotNow(out_of_reach(where, cluster))
    deletion = await turn.cluster.delete(wish.request.deployment, data=wish.request.with_data)
    if deletion.remaining and not deletion.removed:
        return AgainAfter(LOOK_AGAIN_SECONDS)
    return await tell_if_newest(wish, lambda world: _tell_removal(deletion, wish, world), turn)


async def _tell_removal(deletion: Deletion, wish: Wish, world: World) -> Outcome:
    request, state = wish.request, wish.state
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
    # What was generated is what the data is locked with: it stays as long as the data.
    await world.secrets.forget(request.deployment, generated=not deletion.kept)
    kept = tuple(ObjectReference(kind=DATA, name=name) for name in deletion.kept)
    await end_generation(remove(request, kept), request, world)
    return Done()
