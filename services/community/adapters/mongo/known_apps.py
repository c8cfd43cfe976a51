"""The apps heard of, as documents with nothing but their id."""

from chassis.ledger import Motion
from contracts.identifiers import AppId


class MongoKnownApps:
    """Meets `ports.KnownApps`."""

    def __init__(self, motion: Motion) -> None:
        self._apps = motion.collection("known_apps")

    async def remember(self, app: AppId) -> None:
        """An app exists."""
        await self._apps.put(app, {})

    async def has(self, app: AppId) -> bool:
        """Whether this app was heard of."""
        return await self._apps.get(app) is not None
