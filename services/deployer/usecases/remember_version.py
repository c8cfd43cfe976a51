"""The catalog published a version: from now on it can be started."""

from contracts.apps.events import VersionPublished
from contracts.envelope import Event
from services.deployer.domain.known_version import KnownVersion
from services.deployer.ports import World


async def remember_version(event: Event[VersionPublished], world: World) -> None:
    """Keep how the version is built. What runs already goes on as it was started."""
    published = event.data
    await world.versions.keep(KnownVersion(app=published.app, version=published.version, spec=published.spec))
