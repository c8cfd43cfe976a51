"""By when the owner of a thing must have answered a request; past it the request is closed as undecided.

Whoever asks for a deployment, or for a change of one, may choose (`decideWithin`); else it is what the operator set.
"""

from datetime import datetime, timedelta
from typing import Annotated

from pydantic import Field

from services.gateway.ports import World

SHORTEST, LONGEST = 5, 3600
"""Seconds; the longest is also the longest that an operator may set."""
DecideWithin = Annotated[
    int | None,
    Field(
        ge=SHORTEST,
        le=LONGEST,
        description="Seconds in which it must be decided, or it is closed as undecided; null for what the operator set",
    ),
]


def decide_by(world: World, within: int | None = None) -> datetime:
    """The deadline of a request that is made now; `within` is in seconds."""
    return world.clock.now() + timedelta(seconds=within or world.settings.decide_seconds)
