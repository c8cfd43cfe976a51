"""One watch of one kind, in the cluster or in one namespace: a paged list, then what changes, while the service leads.

A watch that ends goes on from the last version it saw; one that is too old (410 Gone) lists again. While it is cut, its
cache says so, and `watches.py` reads what is needed directly.
"""

import random
from collections.abc import Mapping
from typing import Any, NoReturn

import aiohttp
import orjson
import structlog

from chassis.errors import NotNow
from services.deployer.adapters.kubernetes.answers import FORBIDDEN, GONE, NOT_FOUND, ApiRefused
from services.deployer.adapters.kubernetes.cache import KindCache
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.kinds import Kind
from services.deployer.adapters.kubernetes.pace import pause, wait_seconds
from services.deployer.domain.manifest.labels import TEAM

log = structlog.get_logger(__name__)

PAGE = 500
OURS = TEAM
"""The label selector: everything that the deployer writes, and every pod of it, says which team's it is."""
_SHORTEST_SECONDS, _LONGEST_SECONDS = 240, 480
"""How long the server keeps a watch; spread, so that all do not begin again at once."""
SILENCE_SECONDS = 150.0
"""A server sends a bookmark about every minute: two that did not come mean that the connection is dead."""
_LIST_AFTER_FAILURES = 3
_NOT_OFFERED_SECONDS = 300.0


class WatchExpired(Exception):  # noqa: N818 - 410 Gone
    """The version to go on from is too old; everything has to be listed again."""


class KindWatch:
    """Keeps one `KindCache` as the server has it, within a scope: a namespace, or `""` for all of them."""

    def __init__(self, connection: Connection, kind: Kind, cache: KindCache, scope: str = "") -> None:
        self.kind = kind
        self.scope = scope
        self.refused = ""
        """What the server says when it does not let us read here."""
        self._connection = connection
        self._cache = cache
        self._version: str | None = None
        self._failures = 0

    async def run(self) -> NoReturn:
        """List and follow until cancelled."""
        try:
            while True:
                await self.go_on()
        finally:
            self._cache.follows(self.scope, live=False)

    async def go_on(self) -> None:
        """List when that is due, then follow until the server ends it or something fails, and wait after a failure."""
        try:
            if self._version is None:
                await self.list_again()
            await self._follow()
        except WatchExpired:
            log.info("a watch is too old, listing again", kind=self.kind.name)
            self._version = None
        except ApiRefused as refused:
            await self._after_refusal(refused)
        except NotNow as reason:
            await self._after_failure(str(reason))

    async def list_again(self) -> None:
        """Read all of the kind, a page at a time."""
        found: list[Mapping[str, Any]] = []
        query = {"labelSelector": OURS, "limit": str(PAGE)}
        while True:
            page = await self._connection.request("GET", self.kind.path(self.scope), query)
            found += page["items"]
            following = page["metadata"].get("continue")
            if not following:
                self._version = str(page["metadata"]["resourceVersion"])
                self._cache.replace(found, self._version, self.scope)
                self._cache.follows(self.scope, live=True)
                self.refused = ""
                return
            query["continue"] = following

    async def _follow(self) -> None:
        """What changes after the version seen last, until the server ends it."""
        query = {
            "watch": "true",
            "labelSelector": OURS,
            "resourceVersion": str(self._version),
            "allowWatchBookmarks": "true",
            "timeoutSeconds": str(random.randint(_SHORTEST_SECONDS, _LONGEST_SECONDS)),  # noqa: S311 - only a spread
        }
        async with self._connection.stream(self.kind.path(self.scope), query, SILENCE_SECONDS) as lines:
            self.refused = ""
            self._cache.follows(self.scope, live=True)
            while line := await _line(lines):
                self.take(orjson.loads(line))
                self._failures = 0

    def take(self, told: Mapping[str, Any]) -> None:
        """One event. Raises WatchExpired when it says that the version to go on from is too old."""
        what, found = told["type"], told["object"]
        if what == "ERROR":
            if found.get("code") == GONE:
                raise WatchExpired
            raise ApiRefused.of(int(found.get("code", 500)), found)
        metadata = found["metadata"]
        version = str(metadata["resourceVersion"])
        if what in {"ADDED", "MODIFIED"}:
            self._cache.put(found)
        elif what == "DELETED":
            self._cache.drop(metadata.get("namespace", ""), metadata["name"], metadata["uid"], version)
        self._version = version

    async def _after_refusal(self, refused: ApiRefused) -> None:
        if refused.status == GONE:
            self._version = None
        elif refused.status == NOT_FOUND:
            # A kind of an extension that is not installed: there are none of it, until somebody installs it.
            self.refused = ""
            self._cache.follows(self.scope, live=True)
            await pause(_NOT_OFFERED_SECONDS)
        else:
            if refused.status == FORBIDDEN:
                self.refused = refused.message
            await self._after_failure(str(refused))

    async def _after_failure(self, reason: str) -> None:
        self._cache.follows(self.scope, live=False)
        self._failures += 1
        if self._failures >= _LIST_AFTER_FAILURES:
            self._version = None
        seconds = wait_seconds(self._failures)
        if self._failures == 1:
            log.warning(
                "a watch is cut",
                kind=self.kind.name,
                namespace=self.scope,
                reason=reason,
                again_after=round(seconds, 2),
            )
        await pause(seconds)


async def _line(lines: aiohttp.StreamReader) -> bytes:
    """One event; raises NotNow for one that is larger than any object can be."""
    try:
        return await lines.readline()
    except (ValueError, aiohttp.http_exceptions.LineTooLong) as error:
        message = "the cluster sent an event that is too large"
        raise NotNow(message) from error
