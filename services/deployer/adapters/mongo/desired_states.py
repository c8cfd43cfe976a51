"""What each started deployment should look like, under the deployment's id."""

from chassis.ledger import Motion
from services.deployer.domain.desired import Desired

DESIRED_STATES = "desired_states"


class MongoDesiredStates:
    """Meets `ports.DesiredStates`."""

    def __init__(self, motion: Motion) -> None:
        self._desired = motion.collection(DESIRED_STATES)
        self._by = motion.writer.holder

    async def get(self, deployment: str) -> Desired | None:
        """What it should look like; None when nothing should be there."""
        found = await self._desired.get(deployment)
        return Desired.model_validate(found) if found is not None else None

    async def keep(self, desired: Desired) -> None:
        """From now on it should look like this."""
        await self._desired.put(desired.request.deployment, {**desired.model_dump(mode="json"), "by": self._by})

    async def forget(self, deployment: str) -> None:
        """From now on nothing should be there."""
        await self._desired.delete(deployment)
