"""A proxy on the loopback address between the deployer and the real API server, which a test tells what to spoil.

Everything goes to the server and back unchanged, watches included, until `spoil` says otherwise for the requests it
fits. Every request is counted, with its time, so that a storm shows.
"""

import asyncio
import contextlib
import ssl
import time
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass, field

import aiohttp
import orjson
from aiohttp import web

from infra.kubernetes.control_plane import ControlPlane

HOST = "127.0.0.1"
_HOP_BY_HOP = {"connection", "transfer-encoding", "content-length", "content-encoding", "host", "accept-encoding"}


@dataclass(frozen=True)
class Seen:
    """One request as it arrived."""

    method: str
    path: str
    query: str
    at: float
    authorization: str = field(repr=False, default="")

    @property
    def is_watch(self) -> bool:
        """Whether it follows a kind."""
        return "watch=true" in self.query

    @property
    def is_list(self) -> bool:
        """Whether it reads all there is of ours of a kind, before it is followed."""
        return not self.is_watch and "labelSelector=" in self.query and "limit=" in self.query

    @property
    def is_write(self) -> bool:
        """Whether it changes something."""
        return self.method in {"PATCH", "POST", "DELETE"}


@dataclass
class Spoil:
    """An answer in place of the server's, `times` times, for the requests that it `fits`; no status drops the line."""

    fits: Callable[[Seen], bool]
    times: int
    status: int | None = None
    reason: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    done_first: bool = False
    """Whether the server gets the request all the same, and only its answer is lost."""


class SpoilingProxy:
    """The proxy while it stands."""

    def __init__(self, server: str, session: aiohttp.ClientSession) -> None:
        self._server, self._session = server, session
        self.address = ""
        self.seen: list[Seen] = []
        self.delay = 0.0
        self._never = asyncio.Event()
        self._spoils: list[Spoil] = []
        self._watches: dict[web.StreamResponse, web.BaseRequest] = {}
        self.lines: list[bytes] = []
        """What watches told, event by event."""

    def spoil(self, spoil: Spoil) -> Spoil:
        """From now on, until it happened as often as it says."""
        self._spoils.append(spoil)
        return spoil

    def settle(self) -> None:
        """Spoil nothing any more."""
        self._spoils.clear()

    def since(self, moment: float) -> list[Seen]:
        """The requests from a moment on (monotonic seconds)."""
        return [one for one in self.seen if one.at >= moment]

    async def cut_watches(self, last_words: bytes = b"") -> int:
        """End every watch in the middle, after these last bytes; how many there were."""
        watches, self._watches = self._watches, {}
        for back, request in watches.items():
            if last_words:
                await back.write(last_words)
            if request.transport is not None:
                request.transport.close()
        return len(watches)

    async def handle(self, request: web.BaseRequest) -> web.StreamResponse:
        """One request: spoiled, or passed on."""
        seen = Seen(
            request.method,
            request.path,
            request.query_string,
            time.monotonic(),
            request.headers.get("Authorization", ""),
        )
        self.seen.append(seen)
        body = await request.read()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(self.delay):
                await self._never.wait()
        spoil = next((one for one in self._spoils if one.times > 0 and one.fits(seen)), None)
        if spoil is not None:
            spoil.times -= 1
            if spoil.done_first:
                async with await self._pass_on(request, body) as answer:
                    await answer.read()
            return _spoiled(request, spoil)
        return await self._back(request, seen, body)

    async def _back(self, request: web.BaseRequest, seen: Seen, body: bytes) -> web.StreamResponse:
        async with await self._pass_on(request, body) as answer:
            headers = [(name, value) for name, value in answer.headers.items() if name.lower() not in _HOP_BY_HOP]
            back = web.StreamResponse(status=answer.status)
            for name, value in headers:
                back.headers.add(name, value)
            await back.prepare(request)
            if seen.is_watch:
                self._watches[back] = request
            try:
                if seen.is_watch:
                    async for line in answer.content:
                        self.lines.append(line)
                        await back.write(line)
                else:
                    # A list is one line, and may be longer than a reader of lines takes.
                    async for part in answer.content.iter_any():
                        await back.write(part)
                await back.write_eof()
            except (ConnectionError, aiohttp.ClientError):
                # The other side went, which is what is tested.
                return back
            finally:
                self._watches.pop(back, None)
            return back

    async def _pass_on(self, request: web.BaseRequest, body: bytes) -> aiohttp.ClientResponse:
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _HOP_BY_HOP}
        return await self._session.request(
            request.method, f"{self._server}{request.path_qs}", headers=headers, data=body or None
        )


def _spoiled(request: web.BaseRequest, spoil: Spoil) -> web.StreamResponse:
    if spoil.status is None:
        if request.transport is not None:
            request.transport.close()
        return web.Response(status=502)
    status = {"kind": "Status", "apiVersion": "v1", "code": spoil.status, "reason": spoil.reason, "message": "spoiled"}
    body = orjson.dumps(status)
    return web.Response(status=spoil.status, body=body, content_type="application/json", headers=spoil.headers)


@contextlib.asynccontextmanager
async def proxy_to(cluster: ControlPlane) -> AsyncIterator[SpoilingProxy]:
    """A proxy to the cluster, without TLS towards the deployer."""
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=str(cluster.authority)), limit=0)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(connector=connector, timeout=timeout) as session:
        proxy = SpoilingProxy(cluster.address, session)
        runner = web.ServerRunner(web.Server(proxy.handle), shutdown_timeout=0.1)
        await runner.setup()
        await web.TCPSite(runner, HOST, 0).start()
        proxy.address = f"http://{HOST}:{runner.addresses[0][1]}"
        try:
            yield proxy
        finally:
            await runner.cleanup()
