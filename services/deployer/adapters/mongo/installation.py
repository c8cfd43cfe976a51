"""The name of this installation to others that reach the same cluster: made once, and kept in its database."""

import contextlib

from chassis.ledger import new_id
from chassis.mongo import AlreadyThere, Database

_INSTALLATION = "installation"


async def installation_of(database: Database) -> str:
    """The name, the same for every replica of this database. Raises pymongo's errors."""
    kept = database.collection(_INSTALLATION)
    found = await kept.find_one({"_id": _INSTALLATION})
    if found is None:
        with contextlib.suppress(AlreadyThere):  # another replica was faster
            await kept.insert_one({"_id": _INSTALLATION, "name": new_id()})
        found = await kept.find_one({"_id": _INSTALLATION})
    return str(found["name"]) if found is not None else ""
