"""How each published version is built, under `<app>:<version>`."""

from chassis.ledger import Motion
from contracts.identifiers import version_key
from services.deployer.domain.known_version import KnownVersion


class MongoKnownVersions:
    """Meets `ports.KnownVersions`."""

    def __init__(self, motion: Motion) -> None:
        self._versions = motion.collection("known_versions")

    async def get(self, app: str, version: str) -> KnownVersion | None:
        """One version, or None when it is not known."""
        found = await self._versions.get(version_key(app, version))
        return KnownVersion.model_validate(found) if found is not None else None

    async def keep(self, version: KnownVersion) -> None:
        """Remember a version."""
        await self._versions.put(version_key(version.app, version.version), version.model_dump(mode="json"))
