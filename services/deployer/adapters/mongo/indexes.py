"""The indexes that the deployer's look-ups need. Made at each start; what is there stays."""

from chassis.mongo import Database
from services.deployer.adapters.mongo.known_requests import KNOWN_REQUESTS
from services.deployer.adapters.mongo.sandbox_objects import OBJECTS


async def make_indexes(database: Database) -> None:
    """Objects are found by deployment and by kind, requests by whether their deadline is watched."""
    await database.collection(OBJECTS).create_index("deployment")
    await database.collection(OBJECTS).create_index("kind")
    await database.collection(KNOWN_REQUESTS).create_index("open")
