"""Uses as documents under their deployment's id."""

from chassis.ledger import Motion
from contracts.identifiers import AppId, DeploymentId, TeamId
from services.community.domain.use import Use


class MongoUses:
    """Meets `ports.Uses`."""

    def __init__(self, motion: Motion) -> None:
        self._uses = motion.collection("known_uses")

    async def get(self, deployment: DeploymentId) -> Use | None:
        """The use that a deployment is."""
        document = await self._uses.get(deployment)
        return Use.model_validate(document) if document else None

    async def put(self, use: Use) -> None:
        """Keep a use as it is now."""
        await self._uses.put(use.deployment, use.model_dump(mode="json"))

    async def of(self, app: AppId, team: TeamId) -> list[Use]:
        """Every use of an app by a team."""
        return [Use.model_validate(document) for document in await self._uses.find({"app": app, "team": team})]
