"""A database whose answers get lost: what it was asked to commit stands, and who asked does not hear it."""

from collections.abc import Awaitable, Callable
from typing import Any, TypeVar, cast

from motor.motor_asyncio import AsyncIOMotorClientSession, AsyncIOMotorCollection
from pymongo.errors import (
    AutoReconnect,
    ConnectionFailure,
    OperationFailure,
    PyMongoError,
    ServerSelectionTimeoutError,
)

from chassis.errors import NotNow
from chassis.mongo import Database, Document

T = TypeVar("T")

AWAY = (NotNow, ConnectionFailure)
"""How the parts say that the database is away; the subscriber waits after either."""


class ForgetfulDatabase(Database):
    """Loses the answer to the commits that it is told to."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(url, name)
        self.lose: list[bool] = []
        """Whether the answer to the next commit is lost, and to the one after that …"""

        self.forget = False
        """Whether the next commit is answered as if the transaction were unknown, though it stands."""

    async def in_transaction(
        self, work: Callable[[AsyncIOMotorClientSession], Awaitable[T]], in_doubt: Callable[[], None]
    ) -> T:
        """Commit as the real one does; then lose the answer, as a broken connection or a restart would."""
        result = await super().in_transaction(work, in_doubt)
        if self.forget:
            self.forget = False
            in_doubt()
            return await super().in_transaction(work, in_doubt)
        if self.lose and self.lose.pop(0):
            raise AutoReconnect("connection closed")
        return result


class UnreachableDatabase(Database):
    """The same database as another, until it is told to be away."""

    def __init__(self, other: Database) -> None:
        self.client = other.client
        self._database = other.raw
        self.away = False
        self.lost: set[str] = set()
        """The collections that don't answer."""

    def collection(self, name: str) -> "AsyncIOMotorCollection[Document]":
        """A collection, or the driver's error when it does not answer."""
        if self.away:
            raise ServerSelectionTimeoutError("no primary")
        return cast("AsyncIOMotorCollection[Document]", Lost()) if name in self.lost else super().collection(name)


class FullDatabase(UnreachableDatabase):
    """Refuses every write to one collection while its disk is full, and counts how often it did."""

    def __init__(self, other: Database, name: str) -> None:
        super().__init__(other)
        self._name = name
        self.full = False
        self.refused = 0

    def collection(self, name: str) -> "AsyncIOMotorCollection[Document]":
        """A collection, or one that can only be read."""
        found = super().collection(name)
        if not self.full or name != self._name:
            return found
        return cast("AsyncIOMotorCollection[Document]", ReadOnly(found, self))


class ReadOnly:
    """A collection on a full disk."""

    def __init__(self, collection: "AsyncIOMotorCollection[Document]", database: FullDatabase) -> None:
        self._collection = collection
        self._database = database

    def __getattr__(self, name: str) -> Any:
        """A read of the real collection; a write fails as the driver would."""
        if name.startswith("find"):
            return getattr(self._collection, name)
        self._database.refused += 1
        return getattr(Lost(OperationFailure("no space left on device", 14031)), name)


class Lost:
    """A collection that fails whatever is asked of it."""

    def __init__(self, error: PyMongoError | None = None) -> None:
        self._error = error

    def __getattr__(self, name: str) -> Callable[..., Awaitable[None]]:
        """Fail when called, as the driver would."""

        async def fail(*_: object, **__: object) -> None:
            raise self._error or AutoReconnect(f"connection closed during {name}")

        return fail
