"""A second relay, late and careless: it publishes again what was published long ago, in the order of the ledger.

Rule 3 of the log says that such a one can only repeat. Readers must drop all of it by their cursors.
"""

import asyncio
import contextlib
import random

from aiokafka.errors import KafkaError
from pymongo import AsyncMongoClient
from pymongo.errors import PyMongoError

from chassis.entry import LEDGER, in_order
from chassis.mongo import Document
from chassis.publish import Publisher
from contracts import topics

_EVERY = 0.5
_AT_MOST = 200


async def repeat_forever(kafka: str, mongo: str, chance: random.Random) -> None:
    """Twice a second, take one partition and publish what its ledger marks as published."""
    client: AsyncMongoClient[Document] = AsyncMongoClient(mongo, serverSelectionTimeoutMS=2000)
    publisher = Publisher(kafka)
    try:
        while True:
            await asyncio.sleep(_EVERY)
            topic = chance.choice(topics.ALL)
            place = (topic.name, chance.randrange(topic.partitions))
            with contextlib.suppress(PyMongoError, KafkaError, OSError, TimeoutError):
                async with asyncio.timeout(5):
                    await publisher.connect()
                    await _repeat(client, publisher, topic, place)
    finally:
        await publisher.close()
        await client.close()


async def _repeat(
    client: "AsyncMongoClient[Document]", publisher: Publisher, topic: topics.Topic, place: tuple[str, int]
) -> None:
    ledger = client[f"appstore_{topic.writer}"][LEDGER]
    query = {"topic": place[0], "partition": place[1], "unpublished": {"$exists": False}}
    found = [entry async for entry in ledger.find(query).sort("hlc", 1).limit(_AT_MOST)]
    if found:
        await publisher.send(place, in_order(found))
