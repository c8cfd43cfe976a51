"""The API's stream of server-sent events, read message by message with the ids that it can be resumed from."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

from httpx_sse import ServerSentEvent, aconnect_sse

from tests.e2e.person import BASE, Person


async def stream(
    person: Person, last_event_id: str | None = None, **query: str
) -> AsyncGenerator[ServerSentEvent, None]:
    """The API's stream of events, message by message."""
    headers = {"Authorization": f"Bearer {person.token}"}
    if last_event_id is not None:
        headers["Last-Event-ID"] = last_event_id
    url = f"{person.address}{BASE}/events"
    async with aconnect_sse(person.http, "GET", url, headers=headers, params=query) as source:
        async for event in source.aiter_sse():
            yield event


async def take_until(person: Person, last_event_id: str | None, name: str, **query: str) -> list[ServerSentEvent]:
    """The stream's messages up to and with the first of this name."""
    taken: list[ServerSentEvent] = []
    async with asyncio.timeout(20), aclosing(stream(person, last_event_id, **query)) as messages:
        async for event in messages:
            taken.append(event)
            if event.event == name:
                break
    return taken
