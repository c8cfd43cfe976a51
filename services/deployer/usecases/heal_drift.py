"""Apply all that should be there, but undo in silence nothing that somebody changed or deleted by hand.

Called by reconcile_deployment each time. What drifted is told first (tell_drift), then put back: at once, after a wait
that grows when somebody keeps changing it, or not at all when the operator wants it only reported. A version that is
kept out never comes back this way: what should be was settled before (keep_out_quarantined).
"""

from collections.abc import Sequence

from contracts.deployments.drift import Drift, HealedBy
from services.deployer.domain.deployment import Deployment, Phase
from services.deployer.domain.desired import Desired
from services.deployer.domain.drift import DriftPolicy, healed, healed_by
from services.deployer.domain.wish import Wish
from services.deployer.lineage import lineage_of_running
from services.deployer.ports import FieldConflict, Object, World
from services.deployer.reconciler.outcome import AgainAfter, Done, Outcome
from services.deployer.reconciler.turn import Turn
from services.deployer.usecases.tell_drift import tell_drift
from services.deployer.usecases.tell_if_newest import tell_if_newest


async def heal_drift(
    wish: Wish, state: Deployment, desired: Desired, objects: Sequence[Object], turn: Turn
) -> Outcome | None:
    """None once nothing is left to apply, else when to come back. Raises ObjectRefused when an object is not taken."""
    takes_back = turn.drift is DriftPolicy.HEAL and state.drift is not None and state.under_way
    if _may_have_drifted(state, desired):
        found = await turn.cluster.drift(state.deployment, objects)
        if found:
            come_back = await tell_drift(found, wish, state, desired, turn)
            if come_back is not None:
                return _unless_left(come_back)
            takes_back = True
    try:
        await turn.cluster.apply(state.deployment, objects, force=takes_back)
    except FieldConflict as conflict:
        # What was applied as something else and changed since shows only when it stands in the way.
        if takes_back or conflict.drifted is None or (state.under_way and turn.drift is DriftPolicy.REPORT):
            raise
        come_back = await tell_drift([conflict.drifted], wish, state, desired, turn)
        if come_back is not None:
            return _unless_left(come_back)
        takes_back = True
        await turn.cluster.apply(state.deployment, objects, force=True)
    if state.drift is None:
        return None
    by = HealedBy.PLATFORM if takes_back else healed_by(state.drift, turn.clock.now())
    return await _tell_healed(wish, state, desired, state.drift, by, turn)


async def _tell_healed(
    wish: Wish, state: Deployment, desired: Desired, drift: Drift, by: HealedBy, turn: Turn
) -> Outcome:
    async def tell(world: World) -> Outcome:
        told = healed(state, desired, drift, by)
        await world.record(told, generation=state.started, lineage=lineage_of_running(desired.request))
        return AgainAfter(0)

    return await tell_if_newest(wish, tell, turn)


def _unless_left(come_back: Outcome) -> Outcome | None:
    """What is only reported stays, and the look at the deployment's health goes on."""
    return None if isinstance(come_back, Done) else come_back


def _may_have_drifted(state: Deployment, desired: Desired) -> bool:
    """Whether everything was applied once: before that, what is missing was not taken by anybody.

    A cancel ends when what was healthy before is so again, so after it all of that was applied.
    """
    applied = state.phase is Phase.CANCELLED or state.applied == (desired.revision or state.revision)
    return applied and not state.under_way
