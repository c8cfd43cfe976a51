"""What the reconciler goes through when the service starts. Read outside any motion, after making the indexes."""

from chassis.mongo import Database
from chassis.motions import state_collection
from contracts import topics
from services.deployer.adapters.mongo.known_requests import KNOWN_REQUESTS
from services.deployer.adapters.mongo.sandbox_objects import OBJECTS
from services.deployer.domain.deployment import Phase


async def names_to_reconcile(database: Database) -> tuple[str, ...]:
    """Every deployment that should have objects, or should lose them."""
    await _make_indexes(database)
    there = {"state.phase": {"$nin": [Phase.NOTHING, Phase.REMOVED]}}
    states = database.collection(state_collection(topics.DEPLOYMENTS)).find(there, {"_id": 1})
    found = [one["_id"] async for one in states]
    removals = database.collection(KNOWN_REQUESTS).find({"removal": True, "open": True}, {"_id": 1})
    return tuple(dict.fromkeys([*found, *[one["_id"] async for one in removals]]))


async def _make_indexes(database: Database) -> None:
    """Objects are found by deployment and by kind, requests by whether their deadline is watched."""
    await database.collection(OBJECTS).create_index("deployment")
    await database.collection(OBJECTS).create_index("kind")
    await database.collection(KNOWN_REQUESTS).create_index("open")
