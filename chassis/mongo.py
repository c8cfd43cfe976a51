"""One MongoDB database per service, and the transaction that every motion is.

Above it: `ledger.Motion` and the adapters, which see collections bound to their transaction. Below: motor.
A write conflict is tried again here; a database that is away is the caller's to wait for.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping, Sequence
from typing import Any, TypeVar

from motor.motor_asyncio import (
    AsyncIOMotorClient,
    AsyncIOMotorClientSession,
    AsyncIOMotorCollection,
    AsyncIOMotorDatabase,
)
from pymongo import InsertOne, ReadPreference, ReplaceOne
from pymongo.errors import BulkWriteError, ConnectionFailure, DuplicateKeyError, OperationFailure, PyMongoError
from pymongo.read_concern import ReadConcern
from pymongo.write_concern import WriteConcern

from chassis.errors import Conflict, NotNow

Document = dict[str, Any]
T = TypeVar("T")
DatabaseError = PyMongoError
"""Anything the driver raises, for those who may not know the driver."""
AlreadyThere = DuplicateKeyError
"""A document with this `_id` or unique value exists."""

_AWAY_CODES = {91, 189, 11600, 11602, 10107, 13435}
_STORAGE_CODES = {1, 14031}
"""InternalError and OutOfDiskSpace: what a storage engine that could not write (a full disk) answers from then on."""
_CONFLICT_CODES = {112, 251}
_DUPLICATE = 11000
_ATTEMPTS = 12
_SELECTION_MS = 3000


def is_away(error: BaseException) -> bool:
    """Whether the database, not the work, is the trouble: it is gone, not primary, or its disk is full."""
    if isinstance(error, ConnectionFailure):
        return True
    return isinstance(error, OperationFailure) and error.code in _AWAY_CODES | _STORAGE_CODES


def is_conflict(error: BaseException) -> bool:
    """Whether another transaction wrote first, so that reading again and repeating is right."""
    if isinstance(error, Conflict):
        return True
    if isinstance(error, OperationFailure) and not isinstance(error, DuplicateKeyError):
        return error.code in _CONFLICT_CODES or (
            error.has_error_label("TransientTransactionError") and not is_away(error)
        )
    return False


class Bound:
    """One collection inside one transaction."""

    def __init__(self, collection: "AsyncIOMotorCollection[Document]", session: AsyncIOMotorClientSession) -> None:
        self._collection = collection
        self._session = session

    async def get(self, key: str) -> Document | None:
        """The document with this `_id`."""
        found: Document | None = await self._collection.find_one({"_id": key}, session=self._session)
        return found

    async def find(
        self, query: Mapping[str, Any], *, sort: Sequence[tuple[str, int]] = (), limit: int = 1000
    ) -> list[Document]:
        """The documents that match, at most `limit`."""
        cursor = self._collection.find(query, session=self._session, sort=list(sort) or None, limit=limit)
        return [document async for document in cursor]

    async def insert(self, *documents: Document) -> None:
        """Add documents. Raises DuplicateKeyError when one is there."""
        if len(documents) == 1:
            await self._collection.insert_one(documents[0], session=self._session)
        elif documents:
            await self._collection.insert_many(list(documents), session=self._session)

    async def write(self, *, new: Sequence[Document] = (), changed: Sequence[tuple[Document, Document]] = ()) -> None:
        """Add documents, and replace each that matches a query, in one request.

        Raises Conflict when somebody else added one of the new ones, or when a query does not match any more.
        """
        writes: list[Any] = [InsertOne(one) for one in new]
        writes += [ReplaceOne(query, one) for query, one in changed]
        if not writes:
            return
        try:
            result = await self._collection.bulk_write(writes, session=self._session)
        except BulkWriteError as error:
            if any(failed["code"] == _DUPLICATE for failed in error.details.get("writeErrors", [])):
                raise Conflict from error
            raise
        if result.matched_count < len(changed):
            raise Conflict

    async def put(self, key: str, document: Document) -> None:
        """Write a document whole, whether or not it was there."""
        await self._collection.replace_one({"_id": key}, {"_id": key, **document}, upsert=True, session=self._session)

    async def change(self, query: Mapping[str, Any], update: Mapping[str, Any], *, upsert: bool = False) -> bool:
        """Update one document; whether one matched or was made."""
        result = await self._collection.update_one(query, update, upsert=upsert, session=self._session)
        return bool(result.matched_count or result.upserted_id is not None)

    async def delete(self, key: str) -> bool:
        """Remove the document with this `_id`; whether it was there."""
        result = await self._collection.delete_one({"_id": key}, session=self._session)
        return bool(result.deleted_count)


class Database:
    """A service's own database."""

    def __init__(self, url: str, name: str) -> None:
        self.client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(
            url,
            serverSelectionTimeoutMS=_SELECTION_MS,
            connectTimeoutMS=_SELECTION_MS,
            socketTimeoutMS=20_000,
            tz_aware=True,
            maxPoolSize=20,
            retryWrites=False,
            heartbeatFrequencyMS=10_000,
            serverMonitoringMode="poll",
        )
        self._database = self.client.get_database(name, write_concern=WriteConcern("majority", j=True))

    @property
    def raw(self) -> "AsyncIOMotorDatabase[Document]":
        """The driver's own handle, for what keeps things outside any motion."""
        return self._database

    def collection(self, name: str) -> "AsyncIOMotorCollection[Document]":
        """A collection outside any transaction: for reads, read models and the relay's marks."""
        return self._database[name]

    async def in_transaction(
        self, work: Callable[[AsyncIOMotorClientSession], Awaitable[T]], in_doubt: Callable[[], None]
    ) -> T:
        """Run `work` in a transaction and commit; repeat it on a write conflict.

        `in_doubt` is called when the answer to a commit was a conflict: the driver asks a second time when a first
        answer was lost, and a database that was started in between calls a transaction it stored unknown.

        Raises what `work` raises; NotNow when the conflict does not end; pymongo's ConnectionFailure when the database
        is away, in which case the commit may or may not have happened.
        """
        for attempt in range(_ATTEMPTS):
            worked = False
            try:
                async with (
                    await self.client.start_session() as session,
                    session.start_transaction(
                        read_concern=ReadConcern("snapshot"),
                        write_concern=WriteConcern("majority", j=True),
                        read_preference=ReadPreference.PRIMARY,
                    ),
                ):
                    result = await work(session)
                    worked = True
            except (PyMongoError, Conflict) as error:
                if not is_conflict(error):
                    raise
                if worked:
                    in_doubt()
                await asyncio.sleep(random.uniform(0.001, 0.004) * 2 ** min(attempt, 6))  # noqa: S311 - jitter, not a secret
            else:
                return result
        message = f"another writer was first {_ATTEMPTS} times"
        raise NotNow(message)

    async def ping(self) -> None:
        """Ask the database for a sign of life. Raises pymongo's errors when there is none."""
        await self.client.admin.command("ping")

    def close(self) -> None:
        """Let go of all connections."""
        self.client.close()
