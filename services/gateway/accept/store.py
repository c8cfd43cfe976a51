"""The gateway's own record of what was accepted: operations and idempotency keys.

Operations are *only in the backup*; everything they lead to is on the log.
"""

from collections.abc import Iterable
from typing import Any

from chassis.mongo import Database
from services.gateway.accept.idempotency import KEYS, RequestKey, operation_of
from services.gateway.accept.operation import OPERATIONS, Operation
from services.gateway.accept.sealing import SEALED_SECRETS
from services.gateway.readmodels.store import database_answers

MOST = 200


async def prepare(database: Database) -> None:
    """Make the indexes; safe to repeat."""
    await database.collection(KEYS).create_index("until", expireAfterSeconds=0)
    await database.collection(OPERATIONS).create_index([("person", 1), ("requested_at", -1)])
    await database.collection(OPERATIONS).create_index([("team", 1), ("requested_at", -1)])
    await database.collection(OPERATIONS).create_index("subject")
    await database.collection(SEALED_SECRETS).create_index("until", expireAfterSeconds=0)


class Operations:
    """Reads operations."""

    def __init__(self, database: Database) -> None:
        self._operations = database.collection(OPERATIONS)
        self._keys = database.collection(KEYS)

    async def get(self, operation: str) -> Operation | None:
        """The operation with this id."""
        with database_answers():
            found: dict[str, Any] | None = await self._operations.find_one({"_id": operation})
        return Operation.of(found) if found else None

    async def under(self, key: RequestKey) -> Operation | None:
        """The operation that this key stands for. Raises IdempotencyKeyReused when it was sent with something else."""
        with database_answers():
            stored = await self._keys.find_one({"_id": key.id})
        operation = operation_of(stored, key)
        return await self.get(operation) if operation is not None else None

    async def of(self, person: str, teams: Iterable[str]) -> list[Operation]:
        """The newest operations of a person and of their teams, at most 200."""
        query = {"$or": [{"person": person}, {"team": {"$in": list(teams)}}]}
        cursor = self._operations.find(query).sort("requested_at", -1).limit(MOST)
        with database_answers():
            return [Operation.of(found) async for found in cursor]

    async def about(self, subject: str) -> list[str]:
        """The ids of the operations about one thing, oldest first."""
        cursor = self._operations.find({"subject": subject}).sort("_id", 1).limit(MOST)
        with database_answers():
            return [str(found["_id"]) async for found in cursor]
