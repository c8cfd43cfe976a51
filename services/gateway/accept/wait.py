"""`Prefer: wait=N`: keep the request open until its operation ended, at most N seconds.

The tail hears the answer first; the read model shows it a moment later, on another replica perhaps: after each sound
the status is read again, soon and then less soon, and a last time at the end. Whatever happens meanwhile, the request
was accepted: a database that is away only makes the answer less up to date.
"""

import asyncio
import contextlib
import re

from chassis.errors import NotNow
from services.gateway.accept.operation import JUST_ACCEPTED, Operation, Standing, standing_of
from services.gateway.live.hub import Hub, Queue
from services.gateway.readmodels.store import ReadModels

LONGEST = 60
_LOOK_AGAIN = (0.03, 0.06, 0.12, 0.25, 0.5)
_LAST_LOOK = 1.0
_WAIT = re.compile(r'(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?(?=$|[,;\s])', re.IGNORECASE | re.ASCII)


def wished_wait(prefer: str | None) -> int:
    """Seconds asked for in a Prefer header (RFC 7240), 0 when none, at most 60."""
    found = _WAIT.search(prefer or "")
    return min(int(found.group(1)), LONGEST) if found else 0


async def wait_for_end(operation: Operation, seconds: float, hub: Hub, models: ReadModels) -> Standing:
    """How the operation stands when it ended or the time is over; as accepted when that could not be read."""
    standing = JUST_ACCEPTED
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            with hub.listening(lambda heard: heard.entry["correlationId"] == operation.id) as sounds:
                looks = 0
                while not standing.ended:
                    with contextlib.suppress(NotNow):
                        standing = await standing_of(operation, models)
                    if not standing.ended:
                        heard = await _next_sound(sounds, _LOOK_AGAIN[min(looks, len(_LOOK_AGAIN) - 1)])
                        looks = 0 if heard else looks + 1
    return standing if standing.ended else await _last_look(operation, models, standing)


async def _last_look(operation: Operation, models: ReadModels, standing: Standing) -> Standing:
    with contextlib.suppress(NotNow, TimeoutError):
        async with asyncio.timeout(_LAST_LOOK):
            return await standing_of(operation, models)
    return standing


async def _next_sound(sounds: Queue, seconds: float) -> bool:
    """Whether something was heard within so many seconds."""
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            await sounds.get()
            return True
    return False
