"""An app appeared: reviews about it can be taken."""

from contracts.apps.events import AppPublished
from contracts.envelope import Event
from services.community.ports import World


async def remember_app(event: Event[AppPublished], world: World) -> None:
    """Keep that the app exists."""
    await world.known_apps.remember(event.data.app)
