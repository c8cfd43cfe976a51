"""A stream of server-sent events: what is remembered since `Last-Event-ID`, then what happens.

Who may see an event is decided before it comes here, by the filter of the route. The id of each event stands for
everything heard so far, also what this listener did not want: what it did not want is never a reason for a reset.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import orjson
from sse_starlette import ServerSentEvent

from services.gateway.live.hub import ENDED, TOO_SLOW, Heard, Hub, Queue
from services.gateway.live.resume import Positions, furthest, read_position, write_position

RESET = "reset"
QUIET_SECONDS = 15.0
"""After this silence a listener is told the position reached, if others heard something meanwhile."""
LONGEST_SECONDS = 3600.0
"""After this time a stream ends; whoever comes back with its id is asked anew who they are."""
Show = Callable[[dict[str, Any]], Awaitable[Any]]


async def stream(
    hub: Hub,
    wants: Callable[[Heard], bool],
    show: Show,
    last_event_id: str | None,
    quiet: float = QUIET_SECONDS,
    longest: float = LONGEST_SECONDS,
) -> AsyncIterator[ServerSentEvent]:
    """The events of one listener. `reset` says that some may be missing: read the page again."""
    end = time.monotonic() + longest
    with hub.listening(wants) as queue:
        # A client of another replica may be ahead of what this one has heard: no position ever goes back.
        positions, missed = _begin(hub, last_event_id)
        yield _sign("hello" if missed is not None else RESET, write_position(hub.epoch, positions))
        for heard in missed or ():
            positions[heard.place] = heard.offset + 1
            if wants(heard):
                yield await _shown(heard, write_position(hub.epoch, positions), show)
        while time.monotonic() < end:
            latest = await _next(queue, quiet)
            if latest is None:
                reached = furthest(positions, hub.positions)
                if positions != reached and queue.empty():
                    positions = reached
                    yield _sign("position", write_position(hub.epoch, positions))
            elif latest is ENDED:
                return
            elif latest is TOO_SLOW:
                yield _sign(RESET, hub.position)
                return
            elif latest.offset >= positions.get(latest.place, 0):
                positions[latest.place] = latest.offset + 1
                if queue.empty():
                    positions = furthest(positions, hub.positions)
                same = positions == hub.positions
                yield await _shown(latest, hub.position if same else write_position(hub.epoch, positions), show)


def _begin(hub: Hub, last_event_id: str | None) -> tuple[Positions, list[Heard] | None]:
    """Where a listener begins and what it missed; None for what is not remembered."""
    if last_event_id is None:
        return dict(hub.positions), []
    asked = read_position(last_event_id, hub.epoch, hub.positions)
    missed = hub.since(asked) if asked is not None else None
    return dict(hub.positions if asked is None or missed is None else asked), missed


async def _next(queue: Queue, quiet: float) -> Heard | None:
    """What is heard next; None when nothing was for a while."""
    try:
        async with asyncio.timeout(quiet):
            return await queue.get()
    except TimeoutError:
        return None


def _sign(event: str, position: str) -> ServerSentEvent:
    return ServerSentEvent(event=event, data="{}", id=position)


async def _shown(heard: Heard, position: str, show: Show) -> ServerSentEvent:
    data = orjson.dumps(await show(heard.entry)).decode()
    return ServerSentEvent(event=heard.entry["event"], data=data, id=position)
