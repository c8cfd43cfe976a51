"""The catalog takes a version back: it keeps its verdict and is not deployed any more, until it is published again."""

from contracts.apps.events import VersionWithdrawn
from contracts.envelope import Event
from services.compliance.ports import World


async def withdraw_version(event: Event[VersionWithdrawn], world: World) -> None:
    """Keep that the version is not offered. Records nothing."""
    known = await world.known_versions.of(event.data.app, event.data.version)
    if known is not None:
        await world.known_versions.remember(known.model_copy(update={"withdrawn": True}))
