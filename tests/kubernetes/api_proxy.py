"""Stands between a deployer and the API server, by plain HTTP on loopback: it sees each request, and each boundary.

`before` hears of a write that has not reached the server, `after` of one that the server has done and nobody knows of.
Either may kill the deployer at that point: then the request goes no further.
"""

import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp
from aiohttp import web

from infra.local.ports import HOST

WRITES = ("POST", "PATCH", "DELETE")
_NOT_PASSED_ON = {"host", "content-length", "transfer-encoding", "connection"}
_LARGEST = 16 * 1024 * 1024
Hook = Callable[[str, str], Awaitable[bool]]
"""Told method and path; whether the deployer is dead now."""


async def _nothing(_method: str, _path: str) -> bool:
    return False


@dataclass
class ApiProxy:
    """`address` is what the deployer takes for its API server."""

    address: str = ""
    before: Hook = _nothing
    after: Hook = _nothing
    writes: list[tuple[str, str]] = field(default_factory=list)
    """Each write to deployments' objects, in order."""

    async def pass_on(self, request: web.Request, session: aiohttp.ClientSession) -> web.StreamResponse:
        """One request and its answer, a watch as it comes."""
        counts = request.method in WRITES and "/leases" not in request.path
        if counts and await self.before(request.method, request.path):
            raise web.HTTPServiceUnavailable
        headers = {name: value for name, value in request.headers.items() if name.lower() not in _NOT_PASSED_ON}
        body = await request.read()
        async with session.request(request.method, request.path_qs, data=body, headers=headers) as answer:
            if counts:
                self.writes.append((request.method, request.path))
                if await self.after(request.method, request.path):
                    raise web.HTTPServiceUnavailable
            passed = {name: value for name, value in answer.headers.items() if name.lower() not in _NOT_PASSED_ON}
            response = web.StreamResponse(status=answer.status, headers=passed)
            await response.prepare(request)
            async for chunk in answer.content.iter_any():
                await response.write(chunk)
            await response.write_eof()
            return response


@asynccontextmanager
async def api_proxy(server: str, authority: Path) -> AsyncIterator[ApiProxy]:
    """A proxy in front of the API server at `server`, until the block ends."""
    proxy = ApiProxy()
    connector = aiohttp.TCPConnector(ssl=ssl.create_default_context(cafile=authority), limit=0)
    timeout = aiohttp.ClientTimeout(total=None)
    async with aiohttp.ClientSession(server, connector=connector, timeout=timeout, auto_decompress=False) as session:

        async def handle(request: web.Request) -> web.StreamResponse:
            try:
                return await proxy.pass_on(request, session)
            except (ConnectionError, aiohttp.ClientError) as error:  # the deployer died, or the server did
                raise web.HTTPBadGateway from error

        app = web.Application(client_max_size=_LARGEST)
        app.router.add_route("*", "/{path:.*}", handle)
        runner = web.AppRunner(app, handler_cancellation=True, shutdown_timeout=0.5)
        await runner.setup()
        site = web.TCPSite(runner, HOST, 0)
        await site.start()
        proxy.address = f"http://{HOST}:{runner.addresses[0][1]}"
        try:
            yield proxy
        finally:
            await runner.cleanup()
