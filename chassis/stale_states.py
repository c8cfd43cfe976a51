"""At the start of a release every state that an older fold made is folded again, so that queries over states are right.

A state is a fold (rule 2 of the log), so a change of `evolve` or of its class needs no migration: it raises `fold` in
the `Keeps` row. States that a replica of the old release writes meanwhile are folded again when they are loaded.
"""

from collections.abc import Iterable
from functools import partial
from typing import Any

import structlog

from chassis.ledger import Motion
from chassis.mongo import Database
from chassis.motions import Keeps
from chassis.perform import Performer
from contracts.topics import Topic

log = structlog.get_logger(__name__)

FOLDS = "folds"


async def refold_stale_states(rows: Iterable[Keeps], database: Database, performer: Performer) -> bool:
    """Fold again what an older fold made; nothing is read when none changed. Safe to repeat, and to be killed in."""
    folds = database.collection(FOLDS)
    for row in rows:
        known: dict[str, Any] | None = await folds.find_one({"_id": row.topic.name})
        if row.state is None or (known is not None and known["fold"] == row.fold):
            continue
        if row.fold != 1 or known is not None:
            await _refold_all(row, database, performer)
        await folds.update_one({"_id": row.topic.name}, {"$set": {"fold": row.fold}}, upsert=True)
    return True


async def _refold_all(row: Keeps, database: Database, performer: Performer) -> None:
    keys = [found["_id"] async for found in database.collection(row.collection).find({}, {"_id": 1})]
    for key in keys:
        await performer.perform(partial(_refresh, row.topic, key))
    log.info("folded states again", topic=row.topic.name, fold=row.fold, states=len(keys))


async def _refresh(topic: Topic, key: str, motion: Motion) -> None:
    await motion.refresh(topic, key)
