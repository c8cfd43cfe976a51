"""Everything a database holds, as bytes: what a stolen copy of it would show."""

from bson import BSON

from chassis.mongo import Database


async def dump(database: Database) -> dict[str, bytes]:
    """Collection → all of its documents as they are stored."""
    names = await database.raw.list_collection_names()
    return {
        name: b"".join([BSON.encode(found) async for found in database.collection(name).find({})]) for name in names
    }
