"""What succeeded is looked at for as long as it runs: people are told when it is not healthy any more, and when it is.

Called by reconcile_deployment when nothing is under way, so each time the cluster shows a change and after each full
pass. A look that shows nothing new costs no motion.
"""

from contracts.deployments.health import DeploymentDegraded
from services.deployer.domain.degraded import news
from services.deployer.domain.deployment import Deployment
from services.deployer.domain.desired import Desired
from services.deployer.domain.wish import Wish
from services.deployer.lineage import lineage_of_running
from services.deployer.ports import World
from services.deployer.reconciler.outcome import AgainAfter, Done, Outcome
from services.deployer.reconciler.turn import Turn
from services.deployer.usecases.hide_secrets import hide_secrets
from services.deployer.usecases.tell_if_newest import tell_if_newest


async def watch_health(wish: Wish, state: Deployment, desired: Desired, turn: Turn) -> Outcome:
    """One look at what should run undisturbed; what never succeeded has nothing to lose."""
    if state.proven is None or desired.revision != state.proven.revision:
        return Done()
    observed = await turn.cluster.observe(state.deployment)
    if observed is None:
        return Done()
    now = turn.clock.now()
    found = news(state, desired, observed, turn.patience, now)
    again = AgainAfter(max((found.look_again_at - now).total_seconds(), 0.0)) if found.look_again_at else Done()
    event = found.told
    if event is None:
        return again

    async def tell(world: World) -> Outcome:
        told = event
        if isinstance(told, DeploymentDegraded):
            told = told.model_copy(update={"params": await hide_secrets(told.params, desired, world)})
        await world.record(told, generation=state.started, lineage=lineage_of_running(desired.request))
        return again

    return await tell_if_newest(wish, tell, turn)
