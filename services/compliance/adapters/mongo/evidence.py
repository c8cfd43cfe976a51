"""What became of each piece of evidence, read from the fold the chassis keeps."""

from chassis.ledger import Kept, Motion
from contracts import topics
from contracts.identifiers import AppId, VersionTag
from services.compliance.domain.evidence import EvidenceState


class MongoEvidence:
    """Meets `ports.Evidence`."""

    def __init__(self, motion: Motion) -> None:
        self._evidence = Kept(motion, topics.EVIDENCE, EvidenceState)

    async def about(self, app: AppId, version: VersionTag) -> tuple[EvidenceState, ...]:
        """All evidence recorded about a version."""
        return tuple(await self._evidence.find({"app": app, "version": version}))
