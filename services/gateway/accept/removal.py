"""Taking away what is being taken away already is the same request: DELETE repeated gives the removal under way.

`submit` asks here inside its transaction, so two at once agree. It also writes the claim on the deployment's name.
"""

from chassis.ledger import Motion
from contracts import topics
from contracts.deployments.requests import DeploymentRemovalRequested
from services.gateway.accept.name_claim import renew_claim
from services.gateway.accept.operation import OPERATIONS, Operation, standing_of
from services.gateway.accept.request_state import Requested
from services.gateway.readmodels.store import Document, ReadModels


async def removal_once(
    motion: Motion, removal: DeploymentRemovalRequested, found: Document, models: ReadModels
) -> DeploymentRemovalRequested | Operation:
    """The removal to record, or the one that is under way and does as much. `found` is the deployment's document."""
    newest = await motion.state_of(topics.DEPLOYMENT_REQUESTS, removal.deployment, Requested)
    takes_as_much = newest is not None and (newest.with_data or not removal.with_data)
    if newest is not None and takes_as_much and newest.event == DeploymentRemovalRequested.__name__:
        stored = await motion.collection(OPERATIONS).get(newest.operation)
        if stored is not None and not (await standing_of(Operation.of(stored), models)).ended:
            return Operation.of(stored)
    asked = found["asked"]
    await renew_claim(motion, removal.deployment, removal.environment, asked["name"], asked["app"])
    return removal
