"""What the platform uses of MongoDB, one test a feature: the embedded database must do it as MongoDB does."""

import asyncio
import uuid
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from motor.motor_asyncio import AsyncIOMotorClient, AsyncIOMotorCollection
from pymongo import ReplaceOne
from pymongo.errors import DuplicateKeyError

from infra.local.database import TRANSACTION_LIFETIME
from infra.local.stack import Stack

pytestmark = [pytest.mark.integration, pytest.mark.asyncio(loop_scope="module")]

Document = dict[str, Any]
Collection = AsyncIOMotorCollection[Document]


@pytest_asyncio.fixture(loop_scope="module")
async def things(shared_stack: Stack) -> AsyncIterator[Collection]:
    """An empty collection."""
    client: AsyncIOMotorClient[Document] = AsyncIOMotorClient(shared_stack.mongo, serverSelectionTimeoutMS=10_000)
    yield client["appstore_test"][f"things_{uuid.uuid4().hex}"]
    client.close()


async def test_an_aborted_transaction_leaves_nothing(things: Collection) -> None:
    """State, ledger and cursor of one motion are stored together or not at all."""
    async with await things.database.client.start_session() as session:
        session.start_transaction()
        await things.insert_one({"_id": "a"}, session=session)
        await session.abort_transaction()
    assert await things.count_documents({}) == 0


async def test_nobody_else_sees_an_open_transaction(things: Collection) -> None:
    """A reader sees what was committed, and nothing before that."""
    async with await things.database.client.start_session() as session:
        session.start_transaction()
        await things.insert_one({"_id": "a"}, session=session)
        assert await things.count_documents({}) == 0
        await session.commit_transaction()
    assert await things.count_documents({}) == 1


async def test_a_repeat_is_a_duplicate_key(things: Collection) -> None:
    """A guarded upsert with a sequence that is not newer fails with code 11000: that is how a repeat is known."""

    async def move_to(sequence: int) -> None:
        await things.update_one(
            {"_id": "topic/key", "seq": {"$lt": sequence}}, {"$set": {"seq": sequence}}, upsert=True
        )

    await move_to(1)
    await move_to(2)
    with pytest.raises(DuplicateKeyError):
        await move_to(2)
    assert await things.find_one({"_id": "topic/key"}) == {"_id": "topic/key", "seq": 2}


async def test_a_unique_index_is_kept(things: Collection) -> None:
    """The ledger has each sequence of a key once."""
    await things.create_index([("topic", 1), ("key", 1), ("sequence", 1)], unique=True)
    await things.insert_one({"topic": "t", "key": "k", "sequence": 1})
    with pytest.raises(DuplicateKeyError):
        await things.insert_one({"topic": "t", "key": "k", "sequence": 1})


async def test_a_range_of_text_ids_is_in_order(things: Collection) -> None:
    """The ledger is read back in order by its ids, which are text."""
    await things.insert_many([{"_id": f"t/k/{number:09d}"} for number in (3, 1, 2, 10)])
    found = things.find({"_id": {"$gte": "t/k/000000002", "$lt": "t/k/~"}}).sort("_id", 1)
    assert [document["_id"] async for document in found] == ["t/k/000000002", "t/k/000000003", "t/k/000000010"]


async def test_a_bulk_of_upserts_is_carried_out(things: Collection) -> None:
    """Read models are written in bulk."""
    written = await things.bulk_write(
        [ReplaceOne({"_id": n}, {"_id": n}, upsert=True) for n in range(200)], ordered=False
    )
    assert written.upserted_count == 200
    assert await things.count_documents({}) == 200


async def test_a_change_stream_tells_of_an_insert(things: Collection) -> None:
    """The relay is woken by what another replica committed."""
    async with things.watch([{"$match": {"operationType": "insert"}}], max_await_time_ms=200) as changes:
        await things.insert_one({"_id": "news"})
        change = await changes.next()
    assert change["fullDocument"] == {"_id": "news"}


async def test_an_abandoned_transaction_frees_its_documents(things: Collection) -> None:
    """The open transaction of a service that was killed blocks its documents for seconds, not for a minute."""
    await things.insert_one({"_id": "one", "by": "nobody"})
    abandoned = await things.database.client.start_session()
    abandoned.start_transaction()
    await things.update_one({"_id": "one"}, {"$set": {"by": "the dead"}}, session=abandoned)
    # In a transaction of its own: a write outside one would wait behind the abandoned one without end.
    async with asyncio.timeout(TRANSACTION_LIFETIME + 10), await things.database.client.start_session() as session:
        await session.with_transaction(
            lambda mine: things.update_one({"_id": "one"}, {"$set": {"by": "the living"}}, session=mine)
        )
    assert await things.find_one({"_id": "one"}) == {"_id": "one", "by": "the living"}
