"""Everything the gateway's routes may touch, one of each; built once by `main`, found by routes in `app.state.world`.

The gateway has no domain and no use cases of its own: its concerns are folders (DESIGN), and this is what they share.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from chassis.asking import Asker
from chassis.clock import Clock
from chassis.health import Readiness
from chassis.perform import Performer
from services.gateway.accept.store import Operations
from services.gateway.identity.current_person import Identity
from services.gateway.identity.names import Names
from services.gateway.identity.person_key import PersonKeys
from services.gateway.identity.ports import People
from services.gateway.live.hub import Hub
from services.gateway.readmodels.store import ReadModels
from services.gateway.settings import GatewaySettings


@dataclass(frozen=True)
class World:
    """The parts of a running gateway."""

    settings: GatewaySettings
    performer: Performer
    clock: Clock
    models: ReadModels
    operations: Operations
    hub: Hub
    asker: Asker
    identity: Identity
    people: People
    names: Names
    keys: PersonKeys
    readiness: Readiness
    fingerprint_secret: bytes = field(default=b"", repr=False)
    """Goes into what is kept of requests to know them again."""
    secret_accepted: Callable[[], None] = lambda: None
    """To be told of a sealed secret: the road has something to send."""
    person_erased: Callable[[], None] = lambda: None
    """To be told after an erasure: the topic of keys has something to forget."""
