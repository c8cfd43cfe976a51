"""An operator passed over a team's request that could not be handled: its generation ends, so that nobody waits on.

Before: `appstore held skip` marked the held request. After: the operation has ended, and the team may ask again.
"""

from contracts.deployments.events import DeploymentClosed
from contracts.deployments.reasons import ClosedOutcome
from contracts.deployments.requests import DeploymentRequest, DeploymentRequested
from contracts.envelope import Event
from services.deployer.ports import World


async def close_skipped(event: Event[DeploymentRequest], world: World) -> None:
    """Close the generation as undecided; of a removal or cancel of something never heard of there is none."""
    asked = event.data
    known = asked if isinstance(asked, DeploymentRequested) else await world.requests.get(asked.deployment)
    if known is None:
        return
    closed = DeploymentClosed(
        deployment=asked.deployment,
        app=known.app,
        version=known.version,
        environment=asked.environment,
        outcome=ClosedOutcome.UNDECIDED,
    )
    await world.record(closed, generation=event.context.number)
