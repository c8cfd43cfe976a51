"""How each deployment's newest request was decided, read from the fold the chassis keeps."""

from chassis.ledger import Kept, Motion
from contracts import topics
from contracts.identifiers import DeploymentId
from services.compliance.domain.gate import DecisionState


class MongoDecisions:
    """Meets `ports.Decisions`."""

    def __init__(self, motion: Motion) -> None:
        self._decisions = Kept(motion, topics.DECISIONS, DecisionState)

    async def of(self, deployment: DeploymentId) -> DecisionState | None:
        """One deployment, None when nothing was decided yet."""
        return await self._decisions.get(deployment)
