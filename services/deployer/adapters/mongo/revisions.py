"""What each of the newest revisions was built from, under `<deployment>/<revision>`, the revision padded to sort."""

from chassis.ledger import Motion
from services.deployer.domain.desired import KEPT_REVISIONS, Desired


class MongoRevisions:
    """Meets `ports.Revisions`."""

    def __init__(self, motion: Motion) -> None:
        self._revisions = motion.collection("revisions")

    async def get(self, deployment: str, revision: int) -> Desired | None:
        """One revision, or None when it is not kept."""
        found = await self._revisions.get(_key(deployment, revision))
        return Desired.model_validate(found) if found is not None else None

    async def keep(self, desired: Desired, proven: int | None) -> None:
        """Keep one more, and drop what is too old unless it is `proven`."""
        deployment = desired.request.deployment
        await self._revisions.put(_key(deployment, desired.revision), desired.model_dump(mode="json"))
        for key in await self._keys(deployment, desired.revision - KEPT_REVISIONS):
            if proven is None or key != _key(deployment, proven):
                await self._revisions.delete(key)

    async def forget(self, deployment: str) -> None:
        """Keep none of a deployment's revisions."""
        for key in await self._keys(deployment, _HIGHEST):
            await self._revisions.delete(key)

    async def _keys(self, deployment: str, up_to: int) -> list[str]:
        if up_to < 1:
            return []
        query = {"_id": {"$gte": _key(deployment, 0), "$lte": _key(deployment, up_to)}}
        return [document["_id"] for document in await self._revisions.find(query)]


_HIGHEST = 999_999_999


def _key(deployment: str, revision: int) -> str:
    return f"{deployment}/{revision:09d}"
