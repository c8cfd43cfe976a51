"""Apps: find them, see why they can be trusted, add evidence, review them."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import quote

from appstore_client.models.app import App, AppCard
from appstore_client.models.base import Page
from appstore_client.models.operation import Operation
from appstore_client.models.review import Review
from appstore_client.models.scorecard import Scorecard
from appstore_client.resources.page import read_all, read_page
from appstore_client.resources.request import request
from appstore_client.transport import Call, Transport


class Apps:
    """`/apps`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(
        self, query: str | None = None, *, limit: int | None = None, cursor: str | None = None
    ) -> Page[AppCard]:
        """Return one part of the apps whose name or description has these words."""
        return await read_page(self._transport, "/apps", {"q": query, "limit": limit, "cursor": cursor}, AppCard)

    async def list_all(self, query: str | None = None) -> Page[AppCard]:
        """Return all of them, up to 1000."""
        return await read_all(self._transport, "/apps", {"q": query}, AppCard)

    async def get(self, name: str) -> App:
        """Return one app; raises `Problem` with code unknown-app."""
        return App.read(await self._transport.send(Call("GET", f"/apps/{quote(name, safe='')}")))

    async def scorecard(self, name: str, version: str) -> Scorecard:
        """Return what the rules say about one version."""
        return Scorecard.read(await self._transport.send(Call("GET", f"{_version_path(name, version)}/scorecard")))

    async def add_evidence(
        self,
        name: str,
        version: str,
        *,
        kind: str,
        fact: Mapping[str, Any],
        wait: float = 0,
        key: str | None = None,
    ) -> Operation:
        """Bring a fact about a version, with its source."""
        path = f"{_version_path(name, version)}/evidence"
        return await request(self._transport, "POST", path, {"kind": kind, "fact": fact}, wait=wait, key=key)

    async def review(self, name: str, *, rating: int, text: str, wait: float = 0, key: str | None = None) -> Operation:
        """Write a review: `rating` 1 to 5, `text` at most 4000 characters."""
        path = f"/apps/{quote(name, safe='')}/reviews"
        return await request(self._transport, "POST", path, {"rating": rating, "text": text}, wait=wait, key=key)

    async def reviews(self, name: str) -> Page[Review]:
        """Return an app's reviews."""
        return await read_all(self._transport, f"/apps/{quote(name, safe='')}/reviews", {}, Review)


def _version_path(name: str, version: str) -> str:
    return f"/apps/{quote(name, safe='')}/versions/{quote(version, safe='')}"
