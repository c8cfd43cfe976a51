"""`GET /events` from end to end: who hears what, in which language, and on from where it was."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any
from urllib.parse import urlsplit

from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]
Sent = dict[str, str]


class Listener:
    """One open stream, read as a browser reads it."""

    def __init__(self) -> None:
        self.status = 0
        self.headers: dict[str, str] = {}
        self._parts: asyncio.Queue[bytes] = asyncio.Queue()
        self.gone = asyncio.Event()

    async def receive(self) -> dict[str, Any]:
        """An empty request, then a client that stays until it goes."""
        if not self.headers and self.status == 0:
            self.status = -1
            return {"type": "http.request", "body": b"", "more_body": False}
        await self.gone.wait()
        return {"type": "http.disconnect"}

    async def send(self, message: Any) -> None:
        """Take what the application sends."""
        if message["type"] == "http.response.start":
            self.status = message["status"]
            self.headers = {name.decode(): value.decode() for name, value in message["headers"]}
        elif message.get("body"):
            self._parts.put_nowait(message["body"])

    async def next(self) -> Sent:
        """The next event."""
        async with asyncio.timeout(5):
            while True:
                block = (await self._parts.get()).decode()
                fields = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and line[0] != ":")
                if fields:
                    return fields


@asynccontextmanager
async def listening(
    gateway: GatewayOnADatabase, address: str, token: str | None = None, **headers: str
) -> AsyncIterator[Listener]:
    """A stream that is open while the block lasts."""
    given = {"accept-language": "en", **headers, **({"authorization": f"Bearer {token}"} if token else {})}
    parts = urlsplit(f"/api/v1{address}")
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "https",
        "path": parts.path,
        "raw_path": parts.path.encode(),
        "query_string": parts.query.encode(),
        "root_path": "",
        "headers": [(name.encode(), value.encode()) for name, value in given.items()],
        "client": ("127.0.0.1", 1),
        "server": ("store.example", 443),
    }
    listener = Listener()
    serving = asyncio.ensure_future(gateway.address(scope, listener.receive, listener.send))
    try:
        yield listener
    finally:
        listener.gone.set()
        async with asyncio.timeout(5):
            await serving


async def _stock(gateway: GatewayOnADatabase) -> Telling:
    tell = Telling()
    await gateway.hear(*map(tell, (told.app(), told.version())))
    return tell


async def test_a_team_hears_its_own_and_the_public_hears_the_rest(new_gateway: NewGateway) -> None:
    """A member hears the team's deployment with a sentence and a name; others hear public events only."""
    async with new_gateway() as gateway:
        tell = await _stock(gateway)
        await gateway.people.remember(told.PERSON, "Demi Demo")
        token = gateway.token(person=told.an_id(57))
        async with listening(gateway, "/events", token) as member, listening(gateway, "/events") as anybody:
            assert [(await one.next())["event"] for one in (member, anybody)] == ["hello", "hello"]
            assert member.headers["content-type"].startswith("text/event-stream")
            assert member.headers["cache-control"] == "no-store"
            await gateway.hear(tell(told.requested(), team=told.TEAM, actor=told.PERSON), tell(told.scored()))
            mine = await member.next()
            entry = json.loads(mine["data"])
            assert (mine["event"], entry["actor"]["name"]) == ("DeploymentRequested", "Demi Demo")
            assert entry["sentence"].startswith("Demi Demo asked for")
            assert (await member.next())["event"] == "ComplianceScored"
            assert (await anybody.next())["event"] == "ComplianceScored"
        assert gateway.hub.listeners == 0


async def test_a_stream_is_narrowed_by_what_it_asks(new_gateway: NewGateway) -> None:
    """App, deployment, team and types each leave out what is not asked for."""
    async with new_gateway() as gateway:
        tell = await _stock(gateway)
        token = gateway.token()
        for query in (
            f"deployment={told.DEPLOYMENT}",
            "team=team-data",
            "types=DeploymentRequested",
            "app=docling-serve",
        ):
            async with listening(gateway, f"/events?{query}", token) as listener:
                await listener.next()
                other = told.scored(told.OTHER_APP)
                await gateway.hear(tell(other), tell(told.requested(), team=told.TEAM, actor=told.PERSON))
                assert (await listener.next())["event"] == "DeploymentRequested", query


async def test_a_stream_goes_on_where_it_was(new_gateway: NewGateway) -> None:
    """With Last-Event-ID the events missed come first; an id of another log gets a reset."""
    async with new_gateway() as gateway:
        tell = await _stock(gateway)
        async with listening(gateway, "/events") as first:
            last = (await first.next())["id"]
        await gateway.hear(tell(told.scored()), tell(told.scored(points=80)))
        async with listening(gateway, "/events", **{"last-event-id": last}) as again:
            assert [(await again.next())["event"] for _ in range(3)] == [
                "hello",
                "ComplianceScored",
                "ComplianceScored",
            ]
        async with listening(gateway, "/events", **{"last-event-id": "another.1-2"}) as lost:
            assert (await lost.next())["event"] == "reset"


async def test_streams_end_when_the_process_stops(new_gateway: NewGateway) -> None:
    """A process that stops lets its listeners go at once, without telling them that they missed something."""
    async with new_gateway() as gateway:
        async with listening(gateway, "/events") as listener:
            assert (await listener.next())["event"] == "hello"
            gateway.hub.end()
        assert gateway.hub.listeners == 0
        assert listener.status == 200
