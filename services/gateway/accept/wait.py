"""`Prefer: wait=N`: keep the request open until its operation ended, at most N seconds.

The tail hears the answer first; the read model shows it a moment later, so after each sound the status is read again.
Whatever happens meanwhile, the request was accepted: a database that is away only makes the answer less up to date.
"""

import asyncio
import contextlib
import re

from chassis.errors import NotNow
from services.gateway.accept.operation import Operation, Standing, standing_of
from services.gateway.live.hub import Hub, Queue
from services.gateway.readmodels.store import ReadModels

LONGEST = 60
_LOOK_AGAIN = 0.5
_SETTLE = 0.03
_WAIT = re.compile(r'(?:^|[,;\s])wait\s*=\s*"?(\d{1,6})"?(?=$|[,;\s])', re.IGNORECASE | re.ASCII)


def wished_wait(prefer: str | None) -> int:
    """Seconds asked for in a Prefer header (RFC 7240), 0 when none, at most 60."""
    found = _WAIT.search(prefer or "")
    return min(int(found.group(1)), LONGEST) if found else 0


async def wait_for_end(operation: Operation, seconds: float, hub: Hub, models: ReadModels) -> Standing:
    """How the operation stands when it ended or the time is over; as accepted when that could not be read."""
    standing = Standing("accepted", None)
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(seconds):
            with hub.listening(lambda heard: heard.entry["correlationId"] == operation.id) as sounds:
                while not standing.ended:
                    with contextlib.suppress(NotNow):
                        standing = await standing_of(operation, models)
                    if not standing.ended:
                        await _next_sound(sounds)
    return standing


async def _next_sound(sounds: Queue) -> None:
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(_LOOK_AGAIN):
            await sounds.get()
            await asyncio.sleep(_SETTLE)
