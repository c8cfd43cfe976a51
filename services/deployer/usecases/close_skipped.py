"""An operator passed over a team's request that could not be handled: its generation ends, so that nobody waits on.

Before: `appstore held skip` marked the held request. After: the operation has ended, and the team may ask again.
"""

from contracts.deployments.events import DeploymentClosed
from contracts.deployments.reasons import ClosedOutcome
from contracts.deployments.requests import DeploymentCancelRequested, DeploymentRequest, DeploymentRequested
from contracts.envelope import Event
from services.deployer.ports import World


async def close_skipped(event: Event[DeploymentRequest], world: World) -> None:
    """Close the generation as undecided, a cancel as too late: what it would have stopped still owes its own end.

    Of a removal or cancel of something never heard of there is none.
    """
    asked = event.data
    known = asked if isinstance(asked, DeploymentRequested) else await world.requests.get(asked.deployment)
    if known is None:
        return
    closed = DeploymentClosed(
        deployment=asked.deployment,
        app=known.app,
        version=known.version,
        environment=asked.environment,
        outcome=ClosedOutcome.TOO_LATE if isinstance(asked, DeploymentCancelRequested) else ClosedOutcome.UNDECIDED,
    )
    await world.record(closed, generation=event.context.number)
