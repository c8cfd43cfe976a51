"""A stream of server-sent events: what is remembered since `Last-Event-ID`, then what happens.

Who may see an event is decided before it comes here, by the filter of the route.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from typing import Any

import orjson
from sse_starlette import ServerSentEvent

from services.gateway.live.hub import Heard, Hub
from services.gateway.live.resume import read_position, write_position

RESET = "reset"


async def stream(
    hub: Hub,
    wants: Callable[[Heard], bool],
    show: Callable[[dict[str, Any]], Awaitable[Any]],
    last_event_id: str | None,
) -> AsyncIterator[ServerSentEvent]:
    """The events of one listener. `reset` says that some may be missing: read the page again."""
    with hub.listening(wants) as queue:
        asked = read_position(last_event_id, hub.epoch, hub.positions) if last_event_id is not None else None
        missed = hub.since(asked) if asked is not None else None
        # Greeted with where the listener was, not with where the log is: it may leave before it hears what it missed.
        positions = dict(hub.positions if asked is None or missed is None else asked)
        yield ServerSentEvent(event="hello", data="{}", id=write_position(hub.epoch, positions))
        if last_event_id is not None and missed is None:
            yield ServerSentEvent(event=RESET, data="{}", id=write_position(hub.epoch, positions))
        for heard in missed or ():
            positions[heard.place] = heard.offset + 1
            if wants(heard):
                yield await _sent(hub, heard, positions, show)
        while True:
            latest = await queue.get()
            if latest is None:
                yield ServerSentEvent(event=RESET, data="{}", id=write_position(hub.epoch, hub.positions))
                return
            if latest.offset < positions.get(latest.place, 0):
                continue
            positions[latest.place] = latest.offset + 1
            yield await _sent(hub, latest, positions, show)


async def _sent(
    hub: Hub, heard: Heard, positions: dict[Any, int], show: Callable[[dict[str, Any]], Awaitable[Any]]
) -> ServerSentEvent:
    return ServerSentEvent(
        event=heard.entry["event"],
        data=orjson.dumps(await show(heard.entry)).decode(),
        id=write_position(hub.epoch, positions),
    )
