"""What the catalog said about versions, as documents under `<app id>:<version>`."""

from collections.abc import AsyncIterator

from chassis.ledger import Motion
from contracts.identifiers import AppId, VersionTag, version_key
from services.compliance.domain.known_version import KnownVersion

_PAGE = 200


class MongoKnownVersions:
    """Meets `ports.KnownVersions`."""

    def __init__(self, motion: Motion) -> None:
        self._versions = motion.collection("known_versions")

    async def of(self, app: AppId, version: VersionTag) -> KnownVersion | None:
        """One version, None when it was never heard of."""
        document = await self._versions.get(version_key(app, version))
        return KnownVersion.model_validate(document) if document else None

    async def all(self) -> AsyncIterator[KnownVersion]:
        """Every version in the order of their keys, a page at a time."""
        last = ""
        while page := await self._versions.find({"_id": {"$gt": last}}, sort=[("_id", 1)], limit=_PAGE):
            for document in page:
                yield KnownVersion.model_validate(document)
            last = page[-1]["_id"]

    async def remember(self, known: KnownVersion) -> None:
        """Keep what the catalog says now."""
        await self._versions.put(version_key(known.app, known.version), known.model_dump(mode="json"))
