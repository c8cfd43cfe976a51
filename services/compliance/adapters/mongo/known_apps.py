"""Whether the catalog offers an app, as documents under the app's id."""

from chassis.ledger import Motion
from contracts.identifiers import AppId
from services.compliance.domain.known_version import KnownApp


class MongoKnownApps:
    """Meets `ports.KnownApps`."""

    def __init__(self, motion: Motion) -> None:
        self._apps = motion.collection("known_apps")

    async def of(self, app: AppId) -> KnownApp | None:
        """One app, None when it was never heard of."""
        document = await self._apps.get(app)
        return KnownApp.model_validate(document) if document else None

    async def remember(self, known: KnownApp) -> None:
        """Keep what the catalog says now."""
        await self._apps.put(known.app, known.model_dump(mode="json"))
