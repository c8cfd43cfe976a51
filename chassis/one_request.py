"""What a motion writes at its end, sent in one request: cursor, states and ledger entries, whatever their collections.

Each request to the database costs a motion a fifth of its time, so `ledger` gathers and this sends. Needs MongoDB 8
(or the embedded database), whose bulk write spans collections.
"""

from collections.abc import Callable, Mapping
from functools import partial
from typing import Any, cast

from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo import InsertOne, ReplaceOne, UpdateOne
from pymongo.errors import ClientBulkWriteException, DuplicateKeyError, OperationFailure
from pymongo.results import UpdateResult

from chassis.errors import Conflict
from chassis.mongo import Database, Document

_DUPLICATE = 11000


class OneRequest:
    """Writes gathered for one transaction. Each must change or add exactly one document."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._writes: list[Any] = []
        self._refusals: dict[int, Exception] = {}
        self._alone: Callable[..., Any] | None = None

    def __len__(self) -> int:
        """How many writes were gathered."""
        return len(self._writes)

    def insert(self, collection: str, document: Document, *, refused: Exception | None = None) -> None:
        """Add a document; `refused` is raised when its `_id` is there."""
        if refused is not None:
            self._refusals[len(self._writes)] = refused
        self._writes.append(InsertOne(document, namespace=self._named(collection)))
        self._alone = partial(self._database.collection(collection).insert_one, document)

    def put(self, collection: str, key: str, document: Document) -> None:
        """Write a document whole, whether or not it was there."""
        query, whole = {"_id": key}, {"_id": key, **document}
        self._writes.append(ReplaceOne(query, whole, upsert=True, namespace=self._named(collection)))
        self._alone = partial(self._database.collection(collection).replace_one, query, whole, upsert=True)

    def update(self, collection: str, query: Mapping[str, Any], update: Mapping[str, Any]) -> None:
        """Update the document that matches; that none does is a Conflict."""
        self._writes.append(UpdateOne(query, update, namespace=self._named(collection)))
        self._alone = partial(self._database.collection(collection).update_one, query, update)

    def upsert(
        self, collection: str, query: Mapping[str, Any], update: Mapping[str, Any], *, refused: Exception
    ) -> None:
        """Update the document that matches or add one; `refused` is raised when its `_id` is there and does not."""
        self._refusals[len(self._writes)] = refused
        self._writes.append(UpdateOne(query, update, upsert=True, namespace=self._named(collection)))
        self._alone = partial(self._database.collection(collection).update_one, query, update, upsert=True)

    async def send(self, session: AsyncIOMotorClientSession) -> None:
        """Write it all. Raises Conflict, what `upsert` was given, DuplicateKeyError, and the driver's other errors."""
        if self._alone is None:
            return
        if len(self._writes) == 1:
            await self._send_alone(self._alone, session)
            return
        try:
            result = await self._database.client.bulk_write(self._writes, session=cast("Any", session))
        except ClientBulkWriteException as error:
            raise self._reason(error) from error
        if result.inserted_count + result.matched_count + result.upserted_count < len(self._writes):
            raise Conflict

    async def _send_alone(self, write: Callable[..., Any], session: AsyncIOMotorClientSession) -> None:
        # It may be all that this transaction does, and the embedded database takes no bulk write as a first command.
        try:
            result = await write(session=session)
        except DuplicateKeyError as error:
            raise self._refusals.get(0, error) from error
        if isinstance(result, UpdateResult) and not result.matched_count and result.upserted_id is None:
            raise Conflict

    def _reason(self, error: ClientBulkWriteException) -> Exception:
        """What lies under the driver's wrapping, by which a conflict or a database that is away is known."""
        if isinstance(error.error, Exception):
            return error.error
        for failed in error.details.get("writeErrors", ()):
            if failed["code"] != _DUPLICATE:
                return OperationFailure(failed["errmsg"], failed["code"], failed)
            return self._refusals.get(failed["idx"], DuplicateKeyError(failed["errmsg"], _DUPLICATE, failed))
        return error

    def _named(self, collection: str) -> str:
        return f"{self._database.raw.name}.{collection}"
