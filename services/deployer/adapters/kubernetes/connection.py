"""One connection pool to one API server: requests in turn, answers as plain objects, refusals as `ApiRefused`.

Below everything else of this adapter. A server that does not answer, or asks for silence, is `NotNow`; a credential
that no longer counts is read again, once, before it is anybody's trouble.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import aiohttp
import orjson
from kubernetes_asyncio.client import ApiClient, Configuration

from chassis.errors import NotNow
from services.deployer.adapters.kubernetes.access import Access, AccessError
from services.deployer.adapters.kubernetes.answers import TOO_MANY, UNAUTHORIZED, ApiRefused
from services.deployer.adapters.kubernetes.api_warnings import read_warnings
from services.deployer.adapters.kubernetes.pace import Pace
from services.deployer.adapters.kubernetes.session import client_of

REQUEST_SECONDS = 4.0
"""An API server that needs longer for one object is in trouble, and whoever waits for the answer should hear of it."""
AGENT = "appstore-deployer"
_AWAY = (502, 503, 504)
_LONGEST_REFUSAL = 64 * 1024

Query = Mapping[str, str]
Fence = Callable[[], None]
Warned = Callable[[tuple[str, ...]], None]


@dataclass(frozen=True, slots=True)
class _Asked:
    """One request."""

    method: str
    path: str
    query: Query
    limit: aiohttp.ClientTimeout
    body: Any = None
    content_type: str = "application/json"
    urgent: bool = False
    fence: Fence | None = None
    warned: Warned | None = None


class Connection:
    """Requests to one API server."""

    def __init__(self, access: Access, pace: Pace) -> None:
        self._access = access
        self._pace = pace
        self._client: ApiClient | None = None
        self._read_at = 0.0
        self._reading = asyncio.Lock()
        self.fence: Fence = _no_fence
        """Raises NotLeading when this process may not write any more; asked at the last moment before each write."""
        self.requests = 0
        """How many were made; for figures."""

    async def request(
        self,
        method: str,
        path: str,
        query: Query | None = None,
        body: Any = None,
        content_type: str = "application/json",
        *,
        urgent: bool = False,
    ) -> Any:
        """One request and its answer as a plain object; an urgent one waits for no turn.

        Raises:
            ApiRefused: the server says no.
            NotNow: it does not answer, asks for silence, or does not know our credential.
        """
        limit = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        return await self._read(_Asked(method, path, query or {}, limit, body, content_type, urgent))

    async def write(
        self,
        method: str,
        path: str,
        query: Query | None,
        body: Any,
        content_type: str = "application/json",
        warned: Warned | None = None,
    ) -> Any:
        """A request that changes what belongs to deployments: only while this process may act. Raises as `request`.

        `warned` gets what the server says beside its answer.
        """
        limit = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        asked = _Asked(method, path, query or {}, limit, body, content_type, fence=self.fence, warned=warned)
        return await self._read(asked)

    async def dry_run(
        self, method: str, path: str, query: Query, body: Any, content_type: str
    ) -> tuple[Any, tuple[str, ...]]:
        """What a write would give, and what the server warns of; it keeps nothing, so no fence is asked. As `request`.

        A person waits for it: it takes no turn behind a storm of reconciles.
        """
        limit = aiohttp.ClientTimeout(total=REQUEST_SECONDS)
        asked = _Asked(method, path, {**query, "dryRun": "All"}, limit, body, content_type, urgent=True)
        async with self._answer(asked) as answer:
            return orjson.loads(await answer.read()), read_warnings(answer.headers.getall("Warning", ()))

    @contextlib.asynccontextmanager
    async def stream(self, path: str, query: Query, silence: float) -> AsyncIterator[aiohttp.StreamReader]:
        """A watch; it is cut when nothing comes for `silence` seconds. Raises as `request`."""
        limit = aiohttp.ClientTimeout(total=None, sock_connect=REQUEST_SECONDS, sock_read=silence)
        async with self._answer(_Asked("GET", path, query, limit)) as answer:
            yield answer.content

    async def _read(self, asked: _Asked) -> Any:
        async with self._answer(asked) as answer:
            if asked.warned is not None:
                asked.warned(read_warnings(answer.headers.getall("Warning", ())))
            text = await answer.read()
        try:
            return orjson.loads(text)
        except orjson.JSONDecodeError as error:  # something stands between us and the server
            message = "the cluster's answer can't be read"
            raise NotNow(message) from error

    async def close(self) -> None:
        """Close every connection."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    @contextlib.asynccontextmanager
    async def _answer(self, asked: _Asked) -> AsyncIterator[aiohttp.ClientResponse]:
        try:
            answer = await self._send(asked)
            if answer.status == UNAUTHORIZED:
                answer.release()
                await self.read_credential(not_since=time.monotonic())
                answer = await self._send(asked)
            async with answer:
                if not answer.ok:
                    raise await self._refusal(answer)
                yield answer
        except AccessError as error:
            raise NotNow(str(error)) from error
        except (aiohttp.ClientError, TimeoutError, OSError) as error:
            message = f"the cluster does not answer ({type(error).__name__})"
            raise NotNow(message) from error

    async def _send(self, asked: _Asked) -> aiohttp.ClientResponse:
        if time.monotonic() - self._read_at >= self._access.fresh_seconds or self._client is None:
            await self.read_credential(not_since=self._read_at)
        if not asked.urgent:
            await self._pace.turn()
        client: Any = self._client
        headers = {"Content-Type": asked.content_type, "Accept": "application/json", "User-Agent": AGENT}
        await client.update_params_for_auth(headers, [], ["BearerToken"])
        if asked.fence is not None:
            asked.fence()
        self.requests += 1
        answer: aiohttp.ClientResponse = await client.rest_client.request(
            asked.method,
            client.configuration.host + asked.path,
            query_params=list(asked.query.items()),
            headers=headers,
            body=asked.body,
            _preload_content=False,
            _request_timeout=asked.limit,
        )
        return answer

    async def read_credential(self, not_since: float) -> None:
        """Read it, unless somebody else did after `not_since`."""
        async with self._reading:
            if self._client is not None and self._read_at > not_since:
                return
            found = await self._access.configuration()
            self._read_at = time.monotonic()
            client = self._client
            if client is not None and _same_server(client.configuration, found):
                client.configuration.api_key = found.api_key
                return
            self._client = client_of(found)
            if client is not None:
                await client.close()

    async def _refusal(self, answer: aiohttp.ClientResponse) -> Exception:
        if answer.status == TOO_MANY:
            seconds = answer.headers.get("Retry-After", "1")
            self._pace.hold(float(seconds) if seconds.isdigit() else 1.0)
            return NotNow("the cluster asks for fewer requests")
        if answer.status == UNAUTHORIZED:
            return NotNow("the cluster does not know the deployer's credential")
        if answer.status in _AWAY:
            return NotNow(f"the cluster does not answer ({answer.status})")
        text = await answer.content.read(_LONGEST_REFUSAL)
        try:
            body = orjson.loads(text)
        except orjson.JSONDecodeError:
            body = {}
        return ApiRefused.of(answer.status, body if isinstance(body, dict) else {})


def _no_fence() -> None:
    """Whoever leads has no rival, until told otherwise."""


def _same_server(one: Configuration, other: Configuration) -> bool:
    names = ("host", "ssl_ca_cert", "cert_file", "key_file", "verify_ssl", "proxy", "tls_server_name")
    return all(getattr(one, name) == getattr(other, name) for name in names)
