"""Deployments, read from the fold the chassis keeps, and the names of all that are to be reconciled at the start."""

from chassis.ledger import Kept, Motion, state_collection
from chassis.mongo import Database
from contracts import topics
from services.deployer.adapters.mongo.known_requests import KNOWN_REQUESTS
from services.deployer.domain.deployment import Deployment, Phase


class MongoDeployments:
    """Meets `ports.Deployments`."""

    def __init__(self, motion: Motion) -> None:
        self._deployments = Kept(motion, topics.DEPLOYMENTS, Deployment)

    async def get(self, deployment: str) -> Deployment | None:
        """One deployment, with what this motion recorded."""
        return await self._deployments.get(deployment)


async def names_to_reconcile(database: Database) -> tuple[str, ...]:
    """Every deployment that should have objects, or should lose them. Read outside any motion."""
    there = {"state.phase": {"$nin": [Phase.NOTHING, Phase.REMOVED]}}
    states = database.collection(state_collection(topics.DEPLOYMENTS)).find(there, {"_id": 1})
    found = [one["_id"] async for one in states]
    removals = database.collection(KNOWN_REQUESTS).find({"removal": True, "open": True}, {"_id": 1})
    return tuple(dict.fromkeys([*found, *[one["_id"] async for one in removals]]))
