"""Deployments, read from the fold the chassis keeps."""

from chassis.ledger import Kept, Motion
from contracts import topics
from services.deployer.domain.deployment import Deployment


class MongoDeployments:
    """Meets `ports.Deployments`."""

    def __init__(self, motion: Motion) -> None:
        self._deployments = Kept(motion, topics.DEPLOYMENTS, Deployment)

    async def get(self, deployment: str) -> Deployment | None:
        """One deployment, with what this motion recorded."""
        return await self._deployments.get(deployment)
