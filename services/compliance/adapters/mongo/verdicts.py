"""What was last told about each version, read from the fold the chassis keeps."""

from chassis.ledger import Kept, Motion
from contracts import topics
from contracts.identifiers import AppId, VersionTag, version_key
from services.compliance.domain.score import VerdictState


class MongoVerdicts:
    """Meets `ports.Verdicts`."""

    def __init__(self, motion: Motion) -> None:
        self._verdicts = Kept(motion, topics.VERDICTS, VerdictState)

    async def of(self, app: AppId, version: VersionTag) -> VerdictState | None:
        """One version, None before its first score."""
        return await self._verdicts.get(version_key(app, version))
