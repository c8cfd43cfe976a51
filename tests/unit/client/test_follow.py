"""Following an operation: every event once, the operation last, whatever happens to stream and platform."""

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
from appstore_client import AppStore, follow_operation
from appstore_client.models import Operation

from tests.unit.client.samples import ENTRY, OPERATION

ENDED = OPERATION | {"status": "succeeded", "ended": True, "endedAt": "2026-11-24T08:00:03Z"}


class Platform:
    """Answers the three addresses a follower reads; the operation ends at its `ends_at`-th reading."""

    def __init__(self, *, ends_at: int = 1, away_for: int = 0, streams: bool = True) -> None:
        self.readings = 0
        self.ends_at = ends_at
        self.away_for = away_for
        self.streams = streams

    async def answer(self, request: httpx.Request) -> httpx.Response:
        """Answer one request."""
        path = request.url.path
        if path.endswith("/events"):
            body = self.stream() if self.streams else None
            headers = {"Content-Type": "text/event-stream"}
            return httpx.Response(200, headers=headers, content=body) if body else httpx.Response(403, json={})
        if path.endswith("/timeline"):
            return httpx.Response(200, json={"items": [entry("a"), entry("b"), entry("x", "another")], "next": None})
        self.readings += 1
        if self.readings <= self.away_for:
            return httpx.Response(503, headers={"Retry-After": "0"})
        return httpx.Response(200, json=ENDED if self.readings >= self.ends_at else OPERATION)

    async def stream(self) -> AsyncIterator[bytes]:
        """Send one event that the timeline has and one that it has not, then stay open."""
        for name in ("b", "c"):
            yield f"id: {name}\ndata: {json.dumps(entry(name))}\n\n".encode()
        await asyncio.Event().wait()


def entry(name: str, operation: str = str(OPERATION["id"])) -> dict[str, object]:
    """One event of an operation."""
    return ENTRY | {"id": name, "hlc": name, "correlationId": operation}


async def follow(platform: Platform, within: float = 30) -> list[str]:
    """Follow the sample operation; return the events by name and the last status."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(platform.answer))
    async with AppStore("http://127.0.0.1", http=http) as store:
        steps = follow_operation(store, Operation.read(OPERATION), within=within)
        return [step.status if isinstance(step, Operation) else step.id async for step in steps]


async def test_stream_and_timeline_together_show_each_event_once() -> None:
    """What both tell is shown once and by its clock, another operation's event not at all; the operation comes last."""
    assert await follow(Platform(ends_at=2)) == ["a", "b", "c", "succeeded"]


async def test_without_a_stream_the_timeline_tells_it() -> None:
    """A refused stream costs no event."""
    assert await follow(Platform(ends_at=2, streams=False)) == ["a", "b", "succeeded"]


async def test_a_platform_that_restarts_is_waited_for() -> None:
    """More refusals than one reading tries do not end the following while there is time."""
    assert (await follow(Platform(away_for=6, streams=False)))[-1] == "succeeded"


async def test_the_time_is_kept() -> None:
    """An operation that does not end is returned open when the time is over."""
    assert (await follow(Platform(ends_at=10**6), within=0.05))[-1] == "running"
