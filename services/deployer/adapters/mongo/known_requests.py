"""The newest request of each deployment, under the deployment's id; `open` while its deadline is watched."""

from chassis.ledger import Motion
from chassis.mongo import Document
from services.deployer.domain.known_request import KnownRequest

KNOWN_REQUESTS = "known_requests"


class MongoKnownRequests:
    """Meets `ports.KnownRequests`."""

    def __init__(self, motion: Motion) -> None:
        self._requests = motion.collection(KNOWN_REQUESTS)
        self._by = motion.writer.holder

    async def get(self, deployment: str) -> KnownRequest | None:
        """The newest request for a deployment."""
        found = await self._requests.get(deployment)
        return _read(found) if found is not None else None

    async def keep(self, request: KnownRequest) -> None:
        """Remember this as the newest."""
        document = {**request.model_dump(mode="json"), "open": True, "by": self._by}
        await self._requests.put(request.deployment, document)

    async def ended(self, request: KnownRequest) -> None:
        """No deadline is watched for this generation any more."""
        which = {"_id": request.deployment, "generation": request.generation}
        await self._requests.change(which, {"$set": {"open": False, "by": self._by}, "$inc": {"answers": 1}})

    async def unanswered(self, limit: int) -> tuple[KnownRequest, ...]:
        """Requests whose deadline is watched, the earliest first."""
        found = await self._requests.find({"open": True, "removal": False}, sort=[("watchedUntil", 1)], limit=limit)
        return tuple(_read(document) for document in found)


def _read(document: Document) -> KnownRequest:
    return KnownRequest.model_validate(document)
