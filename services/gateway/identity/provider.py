"""Where the identity provider's endpoints and keys are fetched, kept and renewed.

Fetched at the first need, not at start: the gateway runs, and shows the catalog, while the provider is away.
"""

import asyncio
import contextlib
import json
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import KeySet, import_key

TIMEOUT = httpx.Timeout(3.0, connect=2.0)
LARGEST_ANSWER = 262_144
"""Bytes of a discovery or key document."""
SHORTEST_INTERVAL = 10.0
"""Seconds between two fetches because of an unknown key, so that forged tokens cannot make us ask all the time."""
AFTER_FAILURE = 1.0
"""Seconds in which a provider that did not answer is not asked again."""
OLDEST_KEYS = 3600.0
"""Seconds after which keys are fetched again, so that a key the provider withdrew stops working."""


class IssuerAwayError(Exception):
    """The provider does not answer, or not with what OpenID Connect says it should."""


@dataclass(frozen=True)
class Endpoints:
    """What discovery tells (OpenID Connect Discovery section 3)."""

    authorization: str
    token: str
    jwks: str


class Provider:
    """One issuer: its endpoints for ever, its keys until they are old or a new one shows up."""

    def __init__(self, issuer: str, http: httpx.AsyncClient, now: Callable[[], float] = time.monotonic) -> None:
        self.issuer = issuer
        self._http = http
        self._now = now
        self._endpoints: Endpoints | None = None
        self._keys: KeySet | None = None
        self._fetched_at = 0.0
        self._failed_at: float | None = None
        self._one_at_a_time = asyncio.Lock()

    async def endpoints(self) -> Endpoints:
        """Return the endpoints. Raises `IssuerAwayError`."""
        if self._endpoints is None:
            document = await self._fetch(f"{self.issuer}/.well-known/openid-configuration")
            if document.get("issuer") != self.issuer:
                message = "discovery names another issuer"
                raise IssuerAwayError(message)
            self._endpoints = Endpoints(
                authorization=_text(document, "authorization_endpoint"),
                token=_text(document, "token_endpoint"),
                jwks=_text(document, "jwks_uri"),
            )
        return self._endpoints

    async def keys(self) -> KeySet:
        """Return the keys to check signatures with. Raises `IssuerAwayError` when there are none at all."""
        if self._keys is not None and self._now() - self._fetched_at < OLDEST_KEYS:
            return self._keys
        try:
            return await self._renew(older_than=OLDEST_KEYS)
        except IssuerAwayError:
            if self._keys is None:
                raise
            return self._keys

    async def newer_keys(self) -> KeySet:
        """Return the keys, fetched again unless that was done a moment ago. Raises `IssuerAwayError`."""
        return await self._renew(older_than=SHORTEST_INTERVAL)

    async def post_form(self, url: str, form: dict[str, str], auth: tuple[str, str]) -> httpx.Response:
        """Post to the token endpoint as a client with a secret. Raises `IssuerAwayError`."""
        try:
            return await self._http.post(url, data=form, auth=auth, timeout=TIMEOUT)
        except httpx.HTTPError as error:
            message = type(error).__name__
            raise IssuerAwayError(message) from error

    async def _renew(self, older_than: float) -> KeySet:
        async with self._one_at_a_time:
            if self._keys is not None and self._now() - self._fetched_at < older_than:
                return self._keys
            endpoints = await self.endpoints()
            self._keys = _readable_keys(await self._fetch(endpoints.jwks))
            self._fetched_at = self._now()
            return self._keys

    async def _fetch(self, url: str) -> dict[str, Any]:
        if self._failed_at is not None and self._now() - self._failed_at < AFTER_FAILURE:
            message = "did not answer a moment ago"
            raise IssuerAwayError(message)
        try:
            document = json.loads(await self._read(url))
        except (httpx.HTTPError, ValueError) as error:
            self._failed_at = self._now()
            raise IssuerAwayError(type(error).__name__) from error
        self._failed_at = None
        if not isinstance(document, dict):
            message = "not an object"
            raise IssuerAwayError(message)
        return document

    async def _read(self, url: str) -> bytes:
        body = bytearray()
        async with self._http.stream("GET", url, timeout=TIMEOUT) as response:
            response.raise_for_status()
            async for part in response.aiter_bytes():
                body += part
                if len(body) > LARGEST_ANSWER:
                    message = "too large"
                    raise ValueError(message)
        return bytes(body)


def _readable_keys(document: dict[str, Any]) -> KeySet:
    """Return the keys we can use; a kind of key that we do not know is not ours to judge (RFC 7517 section 5)."""
    readable = []
    listed = document.get("keys")
    for key in listed if isinstance(listed, list) else []:
        with contextlib.suppress(JoseError, TypeError, ValueError, AttributeError):
            readable.append(import_key(key))
    if not readable:
        message = "no readable keys"
        raise IssuerAwayError(message)
    return KeySet(readable)


def _text(document: dict[str, Any], name: str) -> str:
    value = document.get(name)
    if not isinstance(value, str):
        message = f"discovery lacks {name}"
        raise IssuerAwayError(message)
    return value
