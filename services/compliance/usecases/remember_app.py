"""The catalog offers an app or takes it back: only an app that is offered can be deployed anew.

What runs goes on running, and keeps its verdict; a request for what was withdrawn waits until its `decideBy`.
"""

from contracts.apps.events import AppPublished, AppWithdrawn
from contracts.envelope import Event
from services.compliance.domain.known_version import KnownApp
from services.compliance.ports import World


async def remember_app(event: Event[AppPublished | AppWithdrawn], world: World) -> None:
    """Keep whether the app is offered. Records nothing."""
    withdrawn = isinstance(event.data, AppWithdrawn)
    await world.known_apps.remember(KnownApp(app=event.data.app, withdrawn=withdrawn))
