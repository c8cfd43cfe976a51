"""Where the audit log is kept in the gateway's database."""

from chassis.mongo import Database

AUDIT = "audit"
HEADS = "audit_head"
HEAD = "head"


async def prepare(database: Database) -> None:
    """Make the indexes that lists are read by."""
    for name in ("team", "key", "type", "time"):
        await database.collection(AUDIT).create_index([(name, 1), ("_id", -1)])
