"""Tell what somebody changed or deleted by hand, as far as it is new, and say whether it is time to put it back.

Called by heal_drift. What is told is told in a motion of its own, so that it is known before anything is undone.
"""

from collections.abc import Sequence

from contracts.deployments.drift import DriftDetected, DriftedField
from services.deployer.domain.deployment import Deployment
from services.deployer.domain.desired import Desired
from services.deployer.domain.difference import LONGEST_VALUE, cut
from services.deployer.domain.drift import Drifted, DriftPolicy, detected
from services.deployer.domain.wish import Wish
from services.deployer.lineage import lineage_of_running
from services.deployer.ports import World
from services.deployer.reconciler.outcome import AgainAfter, Done, Outcome
from services.deployer.reconciler.turn import Turn
from services.deployer.usecases.hide_secrets import hide_secrets
from services.deployer.usecases.tell_if_newest import tell_if_newest


async def tell_drift(
    found: Sequence[Drifted], wish: Wish, state: Deployment, desired: Desired, turn: Turn
) -> Outcome | None:
    """Record what is new. None when it was told and is to be put back now."""
    now = turn.clock.now()
    told = detected(state, desired, found, turn.drift, now)
    if told is not None:
        return await tell_if_newest(wish, lambda world: _record(told, state, desired, world), turn)
    if turn.drift is DriftPolicy.REPORT:
        return Done()
    heals_at = state.drift.heals_at if state.drift is not None else None
    # A rollout that somebody asked for does not wait for whoever keeps changing things.
    wait = (heals_at - now).total_seconds() if heals_at is not None and not state.under_way else 0.0
    return AgainAfter(wait) if wait > 0 else None


async def _record(told: DriftDetected, state: Deployment, desired: Desired, world: World) -> Outcome:
    hidden = await _hidden(told, desired, world)
    await world.record(hidden, generation=state.started, lineage=lineage_of_running(desired.request))
    return AgainAfter(0)


async def _hidden(told: DriftDetected, desired: Desired, world: World) -> DriftDetected:
    """Without the values of the deployment's secrets, wherever somebody wrote them."""
    drifted = []
    for one in told.drifted:
        fields = [await _hidden_field(field, desired, world) for field in one.fields]
        drifted.append(one.model_copy(update={"fields": tuple(fields)}))
    return told.model_copy(update={"drifted": tuple(drifted)})


async def _hidden_field(field: DriftedField, desired: Desired, world: World) -> DriftedField:
    values = {name: value for name, value in (("declared", field.declared), ("found", field.found)) if value}
    shown = await hide_secrets(dict(values), desired, world)
    # A mark may be longer than what it hides, and a value that is longer than it may be can't be read again.
    told = {name: cut(str(value), LONGEST_VALUE) for name, value in shown.items()}
    return DriftedField.model_validate(field.model_dump() | told)
