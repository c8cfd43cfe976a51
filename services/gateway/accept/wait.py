"""`Prefer: wait=N`: keep the request open until its operation ended, at most N seconds.

The tail hears the answer first; the read model shows it a moment later, so after each sound the status is read again.
"""

import asyncio
import re

from services.gateway.accept.operation import Operation, Standing, standing_of
from services.gateway.live.hub import Hub
from services.gateway.readmodels.store import ReadModels

LONGEST = 60
_LOOK_AGAIN = 0.5
_SETTLE = 0.03


def wished_wait(prefer: str | None) -> int:
    """Seconds asked for in a Prefer header (RFC 7240), 0 when none, at most 60."""
    found = re.search(r"(?:^|[,;\s])wait\s*=\s*(\d{1,4})", prefer or "")
    return min(int(found.group(1)), LONGEST) if found else 0


async def wait_for_end(operation: Operation, seconds: int, hub: Hub, models: ReadModels) -> Standing:
    """How the operation stands when it ended or the time is over."""
    standing = await standing_of(operation, models)
    try:
        async with asyncio.timeout(seconds):
            with hub.listening(lambda heard: heard.entry["correlationId"] == operation.id) as sounds:
                while not standing.ended:
                    try:
                        async with asyncio.timeout(_LOOK_AGAIN):
                            await sounds.get()
                        await asyncio.sleep(_SETTLE)
                    except TimeoutError:
                        pass
                    standing = await standing_of(operation, models)
    except TimeoutError:
        pass
    return standing
