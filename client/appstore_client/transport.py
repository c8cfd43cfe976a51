"""One request to the API: who asks, in which language, how long, how often again, and what an error becomes.

Tried again are only requests that are safe to repeat: a GET, and a POST, PATCH or DELETE with an idempotency key
(same key, same body: same answer). Everything is bounded: tries, waiting, time per try.
"""

import asyncio
import random
import time
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

import httpx

from appstore_client.outgoing import NotSent, Outgoing
from appstore_client.problem import UNAUTHORISED, Problem, Unreachable, read_problem
from appstore_client.tokens import TokenSource

BASE = "/api/v1"
TRIES, TRIES_TO_CHANGE = 4, 6
"""Somebody who reads can ask again; what somebody asked for is worth the seconds a restart takes."""
FIRST_PAUSE, LONGEST_PAUSE = 0.2, 5.0
"""Seconds between tries: doubling, with a random part, so that many clients do not return at the same moment."""
PATIENCE = 8.0
"""Seconds after which no connection is tried again: one that is silent for long will not answer a moment later."""
UNAVAILABLE = 503
TIMEOUT = httpx.Timeout(10.0, connect=3.0)
"""Seconds; a request with `Prefer: wait` is given its waiting time on top."""
LOOPBACK = ("127.0.0.1", "::1", "localhost")


@dataclass(frozen=True)
class Call:
    """One request, before it is sent."""

    method: str
    path: str
    query: Mapping[str, str | int | bool | None] | None = None
    body: Mapping[str, Any] | None = None
    idempotency_key: str | None = None
    wait: int = 0
    """Seconds the API may wait for the end of the operation before it answers."""

    @property
    def tries(self) -> int:
        """How often it may be sent: once, unless sending it twice does what sending it once does."""
        if self.method == "GET":
            return TRIES
        return TRIES_TO_CHANGE if self.idempotency_key is not None else 1


class Transport:
    """Sends requests to one address."""

    def __init__(
        self,
        address: str,
        tokens: TokenSource | None,
        language: str,
        http: httpx.AsyncClient,
        *,
        changes_nothing: bool = False,
    ) -> None:
        self.address = checked_address(address)
        self._changes_nothing = changes_nothing
        self.http = http
        self._tokens = tokens
        self._language = language

    async def send(self, call: Call) -> Any:
        """Return the answer's JSON (None for an empty one); raises `Problem`, and `NotSent` for what only shows."""
        if self._changes_nothing and call.method != "GET":
            raise NotSent(self.outgoing(call))
        began = time.monotonic()
        for attempt in range(1, call.tries + 1):
            last = attempt == call.tries
            answer = None
            try:
                answer = await self._signed_in(call)
            except Unreachable:
                if last or time.monotonic() - began >= PATIENCE:
                    raise
            if answer is not None and (last or answer.status_code != UNAVAILABLE):
                return _result(answer)
            await asyncio.sleep(_pause(attempt, answer))
        raise AssertionError  # the last try returns or raises

    async def headers(self, *, renew: bool = False) -> dict[str, str]:
        """Return the headers of every request; they hold the token, so they are never logged."""
        token = await self._tokens.access_token(renew=renew) if self._tokens else None
        return self._headers() | {"Authorization": f"Bearer {token}"} if token else self._headers()

    def outgoing(self, call: Call) -> Outgoing:
        """Return the request as it is sent, without the token."""
        headers = self._headers()
        if call.idempotency_key:
            headers["Idempotency-Key"] = call.idempotency_key
        if call.wait:
            headers["Prefer"] = f"wait={call.wait}"
        if call.body is not None:
            headers["Content-Type"] = "application/json"
        query = {name: _text(value) for name, value in (call.query or {}).items() if value is not None}
        address = httpx.URL(f"{self.address}{BASE}{call.path}")
        return Outgoing(call.method, str(address.copy_merge_params(query) if query else address), headers, call.body)

    def _headers(self) -> dict[str, str]:
        return {"Accept-Language": self._language, "Accept": "application/json"}

    async def _signed_in(self, call: Call) -> httpx.Response:
        """Return the answer; a token that was refused is renewed once."""
        answer = await self._once(call, renew=False)
        if answer.status_code == UNAUTHORISED and self._tokens is not None:
            answer = await self._once(call, renew=True)
        return answer

    async def _once(self, call: Call, *, renew: bool) -> httpx.Response:
        request = self.outgoing(call)
        headers = await self.headers(renew=renew) | dict(request.headers)
        timeout = httpx.Timeout(TIMEOUT.read + call.wait, connect=TIMEOUT.connect) if TIMEOUT.read else TIMEOUT
        try:
            return await self.http.request(
                request.method, request.url, content=request.content, headers=headers, timeout=timeout
            )
        except httpx.TransportError as error:
            raise Unreachable(self.address, describe(error)) from error


def checked_address(address: str) -> str:
    """Return the address without its last slash; raises ValueError when a token could be read on the way."""
    parts = urlsplit(address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in LOOPBACK)
    if not safe or not parts.hostname:
        message = f"{address!r} is not an https address (http is only for this machine)"
        raise ValueError(message)
    return address.rstrip("/")


def describe(error: httpx.TransportError) -> str:
    """Return the failure in a few words; the class name says more than an empty message."""
    return str(error) or type(error).__name__


def _text(value: str | int | bool) -> str:  # noqa: FBT001 - a query value
    return str(value).lower() if isinstance(value, bool) else str(value)


def _pause(attempt: int, answer: httpx.Response | None) -> float:
    asked = answer.headers.get("Retry-After", "") if answer is not None else ""
    if asked.isdigit():
        return min(float(asked), LONGEST_PAUSE)
    longest = min(FIRST_PAUSE * 2.0 ** (attempt - 1), LONGEST_PAUSE)
    return longest * (0.5 + random.random() / 2)  # noqa: S311 - spreads load, protects nothing


def _result(answer: httpx.Response) -> Any:
    if answer.is_success:
        return _json(answer)
    problem: Problem = read_problem(answer.status_code, _json(answer), answer.reason_phrase)
    raise problem


def _json(answer: httpx.Response) -> Any:
    try:
        return answer.json() if answer.content else None
    except ValueError:
        return None
