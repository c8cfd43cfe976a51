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
        positions = dict(hub.positions)
        yield ServerSentEvent(event="hello", data="{}", id=write_position(hub.epoch, positions))
        if last_event_id is not None:
            asked = read_position(last_event_id, hub.epoch, hub.positions)
            missed = hub.since(asked) if asked is not None else None
            if missed is None:
                yield ServerSentEvent(event=RESET, data="{}", id=write_position(hub.epoch, positions))
            else:
                positions = dict(asked or {})
                for heard in missed:
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
