"""Events as they happen (server-sent events), resumed where they were left when the connection breaks.

The API's `id` of an event is the epoch and offsets of what the stream shows; this client sends it back as it came. A
stream that cannot be resumed says `reset`: the reader hears it as `Reset`, reads again what it shows, and goes on.
"""

import asyncio
import time
from collections import OrderedDict
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field

import httpx
from httpx_sse import EventSource, ServerSentEvent, aconnect_sse
from pydantic import ValidationError

from appstore_client.models.deployment import TimelineEntry
from appstore_client.problem import UNAUTHORISED, Unreachable, read_problem
from appstore_client.transport import (
    BASE,
    FIRST_PAUSE,
    LONGEST_PAUSE,
    UNAVAILABLE,
    Transport,
    describe,
)

PATIENCE = 60.0
"""Seconds without a connection after which the stream is given up."""
SILENCE = 45.0
"""Seconds without a byte after which a connection counts as broken; the API sends a comment more often."""
REMEMBERED = 2000
"""Event ids kept to drop repeats: a resumed stream may show some again."""


@dataclass(frozen=True)
class Reset:
    """The stream began anew: events may be missing, so read again what you show."""


@dataclass
class _Stream:
    last_id: str = ""
    pause: float = FIRST_PAUSE
    broken_since: float | None = None
    renew: bool = False
    seen: OrderedDict[str, None] = field(default_factory=OrderedDict)

    def connected(self) -> None:
        self.pause, self.broken_since, self.renew = FIRST_PAUSE, None, False

    def is_repeat(self, entry: TimelineEntry) -> bool:
        if entry.id in self.seen:
            return True
        self.seen[entry.id] = None
        if len(self.seen) > REMEMBERED:
            self.seen.popitem(last=False)
        return False

    def take(self, event: ServerSentEvent) -> TimelineEntry | Reset | None:
        """Return what a message means to the reader; None for a repeat or a kind this client does not know."""
        if event.event == "reset":
            self.last_id = event.id if event.id != self.last_id else ""
            return Reset()
        self.last_id = event.id or self.last_id
        try:
            entry = TimelineEntry.read(event.json())
        except (ValueError, ValidationError):
            return None
        return None if self.is_repeat(entry) else entry


class Events:
    """`/events`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def subscribe(
        self,
        *,
        deployment: str | None = None,
        app: str | None = None,
        team: str | None = None,
        types: Sequence[str] = (),
        last_event_id: str = "",
        patience: float = PATIENCE,
    ) -> AsyncIterator[TimelineEntry | Reset]:
        """Go through the events from now on (or after `last_event_id`), each once.

        Raises:
            Problem: the API refuses the subscription.
            Unreachable: no connection for `patience` seconds.
        """
        asked = {"deployment": deployment, "app": app, "team": team, "types": ",".join(types) or None}
        query = {name: value for name, value in asked.items() if value is not None}
        stream = _Stream(last_id=last_event_id)
        while True:
            reason = "the stream ended"
            try:
                async for event in self._messages(query, stream):
                    heard = stream.take(event)
                    if heard is not None:
                        yield heard
            except httpx.TransportError as error:
                reason = describe(error)
            await self._rest(stream, reason, patience)

    async def _messages(self, query: dict[str, str], stream: _Stream) -> AsyncIterator[ServerSentEvent]:
        headers = await self._transport.headers(renew=stream.renew)
        if stream.last_id:
            headers["Last-Event-ID"] = stream.last_id
        timeout = httpx.Timeout(SILENCE, connect=3.0)
        url = f"{self._transport.address}{BASE}/events"
        async with aconnect_sse(
            self._transport.http,
            "GET",
            url,
            params=query,
            headers=headers,
            timeout=timeout,
        ) as source:
            if not await _accepted(source, stream):
                return
            stream.connected()
            async for event in source.aiter_sse():
                yield event

    async def _rest(self, stream: _Stream, reason: str, patience: float) -> None:
        now = time.monotonic()
        stream.broken_since = stream.broken_since if stream.broken_since is not None else now
        if now - stream.broken_since >= patience:
            raise Unreachable(self._transport.address, reason)
        await asyncio.sleep(stream.pause)
        stream.pause = min(stream.pause * 2, LONGEST_PAUSE)


async def _accepted(source: EventSource, stream: _Stream) -> bool:
    """Whether events will come; False means: try again. Raises `Problem` when trying again cannot help."""
    answer = source.response
    if answer.is_success:
        return True
    if answer.status_code == UNAUTHORISED and not stream.renew:
        stream.renew = True
        return False
    if answer.status_code == UNAVAILABLE:
        return False
    await answer.aread()
    try:
        body = answer.json()
    except ValueError:
        body = None
    raise read_problem(answer.status_code, body, answer.reason_phrase)
