"""What was published of each app, read from the fold the chassis keeps."""

from chassis.ledger import Kept, Motion
from contracts import topics
from services.catalog.domain.app import AppState


class MongoApps:
    """Meets `ports.Apps`."""

    def __init__(self, motion: Motion) -> None:
        self._apps = Kept(motion, topics.APPS, AppState)

    async def all(self) -> list[AppState]:
        """Every app ever published, withdrawn ones too."""
        return await self._apps.find({})
