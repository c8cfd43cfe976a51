"""Taking back the request that is under way; what ran before it goes on. The owner says whether it was in time.

`submit` asks here inside its transaction. Taking back twice is the same request: the second gives the first.
"""

from chassis.ledger import Motion
from contracts import topics
from contracts.deployments.requests import DeploymentCancelRequested, DeploymentRemovalRequested
from contracts.refusals import Refusal
from services.gateway.accept.name_claim import renew_claim
from services.gateway.accept.operation import ENDED, OPERATIONS, Operation, standing_of
from services.gateway.accept.request_state import Requested
from services.gateway.readmodels.deployment import newest_wish, status_of
from services.gateway.readmodels.store import Document, ReadModels


class NothingToCancel(Refusal):
    """Nothing is under way that can be taken back."""

    code = "nothing-to-cancel"


async def cancel_once(
    motion: Motion, wish: DeploymentCancelRequested, found: Document, models: ReadModels
) -> DeploymentCancelRequested | Operation:
    """The cancel to record, or the one that is under way. `found` is the deployment's document.

    Raises NothingToCancel.
    """
    kept = await motion.state_of(topics.DEPLOYMENT_REQUESTS, wish.deployment, Requested)
    if kept is not None and kept.event == DeploymentCancelRequested.__name__:
        stored = await motion.collection(OPERATIONS).get(kept.operation)
        if stored is not None and not (await standing_of(Operation.of(stored), models)).ended:
            return Operation.of(stored)
    generation = _open_generation(kept, found)
    if generation is None:
        raise NothingToCancel(deployment=wish.deployment)
    asked = found["asked"]
    await renew_claim(motion, wish.deployment, wish.environment, asked["name"], asked["app"])
    return wish.model_copy(update={"cancels": generation})


def _open_generation(kept: Requested | None, found: Document) -> int | None:
    """The generation that is under way; a removal is not taken back."""
    if kept is not None and kept.event == DeploymentRemovalRequested.__name__:
        return None
    newest = kept.generation if kept is not None and kept.whole is not None else newest_wish(found)
    return newest if newest and status_of(found, newest) not in ENDED else None
