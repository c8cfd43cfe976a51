"""The real broker and the real database of the embedded stack do what the platform relies on."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from pymongo import MongoClient
from pymongo.errors import OperationFailure

from contracts import topics
from infra.kafka.provision import provision
from infra.local.stack import Stack, start

pytestmark = pytest.mark.integration


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    """A database, a broker and the topics; no services."""
    async with start(home=tmp_path, only=("database", "broker", "topics")) as stack:
        yield stack


@pytest.fixture
def mongo(stack: Stack) -> Any:
    """A client of the stack's database."""
    client: MongoClient[dict[str, Any]] = MongoClient(stack.mongo, serverSelectionTimeoutMS=10_000)
    with client:
        yield client


async def test_conflicting_transactions_do_not_both_commit(mongo: MongoClient[dict[str, Any]]) -> None:
    """Of two transactions that change the same document, the second is refused and may be tried again."""
    things = mongo["appstore_test"]["things"]
    things.insert_one({"_id": "one", "count": 0})
    with mongo.start_session() as first, mongo.start_session() as second:
        first.start_transaction()
        second.start_transaction()
        things.update_one({"_id": "one"}, {"$inc": {"count": 1}}, session=first)
        with pytest.raises(OperationFailure) as refused:
            things.update_one({"_id": "one"}, {"$inc": {"count": 10}}, session=second)
        first.commit_transaction()
    assert refused.value.has_error_label("TransientTransactionError")
    found = things.find_one({"_id": "one"})
    assert found is not None
    assert found["count"] == 1


async def test_what_was_committed_survives_a_kill(stack: Stack, mongo: MongoClient[dict[str, Any]]) -> None:
    """Every acknowledged document is there after kill -9 of the database."""
    things = mongo["appstore_test"]["things"]
    for number in range(50):
        with mongo.start_session() as session, session.start_transaction():
            things.insert_one({"_id": number}, session=session)
    await stack.kill("database")
    await stack.ready()
    assert things.count_documents({}) == 50


async def test_the_topics_are_as_the_contracts_say(stack: Stack) -> None:
    """Each topic exists with its partitions, and making them again changes nothing."""
    admin = AIOKafkaAdminClient(bootstrap_servers=stack.kafka)
    await admin.start()
    try:
        found = {topic["topic"]: len(topic["partitions"]) for topic in await admin.describe_topics()}
    finally:
        await admin.close()
    assert found == {topic.name: topic.partitions for topic in topics.ALL}
    assert await provision(stack.kafka, topics.ALL) == []


async def test_a_new_broker_is_a_new_and_empty_log(stack: Stack) -> None:
    """After kill -9 the broker has another cluster id, the topics are there again, and they are empty."""
    epoch = stack.record().cluster_id
    name = topics.ALL[0].name
    producer = AIOKafkaProducer(bootstrap_servers=stack.kafka, acks="all")
    await producer.start()
    await producer.send_and_wait(name, b"something", key=b"key", partition=0)
    await producer.stop()
    await stack.kill("broker")
    await stack.ready()
    assert stack.record().cluster_id not in {epoch, ""}
    consumer = AIOKafkaConsumer(name, bootstrap_servers=stack.kafka)
    await consumer.start()
    ends = await consumer.end_offsets(list(consumer.assignment()))
    await consumer.stop()
    assert len(ends) == topics.ALL[0].partitions
    assert set(ends.values()) == {0}
