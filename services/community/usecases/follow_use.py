"""A deployment became healthy, failed or was removed: the team's use of the app begins or ends."""

from contracts.deployments.events import DeploymentEvent
from contracts.envelope import Event
from services.community.domain.use import fold_use
from services.community.ports import World


async def follow_use(event: Event[DeploymentEvent], world: World) -> None:
    """Fold the event into the use that the deployment is."""
    before = await world.uses.get(event.data.deployment)
    after = fold_use(before, event)
    if after is not None and after != before:
        await world.uses.put(after)
