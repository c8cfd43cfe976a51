"""A demo person at a running stack, signed in by the issuer's own form, with the typed client and bare HTTP."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from appstore_client import AppStore, FixedToken
from appstore_client.models import Operation

from infra.local.issuer.sign_in import sign_in
from infra.local.stack import Stack
from tests.e2e.eventually import eventually

BASE = "/api/v1"


@dataclass(frozen=True)
class Person:
    """Who is signed in where."""

    username: str
    address: str
    token: str = field(repr=False)
    store: AppStore
    http: httpx.AsyncClient

    async def send(self, method: str, path: str, **more: Any) -> httpx.Response:
        """Send one request below /api/v1 as this person, with whatever headers and body the test wants."""
        headers = {"Authorization": f"Bearer {self.token}"} | more.pop("headers", {})
        return await self.http.request(method, f"{self.address}{BASE}{path}", headers=headers, **more)

    async def ended(self, operation: Operation, within: float = 30) -> Operation:
        """The operation once it has ended."""
        return await eventually(
            lambda: self.store.operations.get(operation.id),
            lambda seen: seen.ended,
            within,
            f"operation {operation.id} has ended",
        )


@asynccontextmanager
async def signed_in(stack: Stack, username: str, language: str = "en") -> AsyncIterator[Person]:
    """One of the three demo people, whose password is on the sign-in page."""
    tokens = await sign_in(stack.issuer, username, f"demo-{username}")
    async with (
        AppStore(stack.address, FixedToken(tokens.access_token), language=language) as store,
        httpx.AsyncClient(timeout=httpx.Timeout(75), follow_redirects=False) as http,
    ):
        yield Person(username, stack.address, tokens.access_token, store, http)
