"""The state of each key against its ledger: where they differ, the state is folded again from its first event.

Used by a restore, before and after it reads events back: a copy that was not made at one moment may differ too.
"""

from typing import Any

from chassis.entry import LEDGER, entries_of_key
from chassis.ledger import Writer
from chassis.lost_events import Spot
from chassis.mongo import Database
from chassis.motions import Keeps
from chassis.wire import read_stored
from contracts.envelope import Event
from contracts.noun import Noun


async def state_sequences(database: Database, writer: Writer) -> dict[Spot, int]:
    """How far the state of each key is."""
    found: dict[Spot, int] = {}
    for name, fold in writer.folds.items():
        states = database.collection(fold.collection).find({}, {"sequence": 1})
        found |= {(name, state["_id"]): state["sequence"] async for state in states}
    return found


async def ledger_sequences(database: Database) -> dict[Spot, int]:
    """How far the ledger goes for each key without a hole."""
    found: dict[Spot, int] = {}
    entries = database.collection(LEDGER).find({}, {"topic": 1, "key": 1, "sequence": 1}, batch_size=5000)
    async for entry in entries.sort("_id", 1):
        spot = (entry["topic"], entry["key"])
        if entry["sequence"] == found.setdefault(spot, 0) + 1:
            found[spot] += 1
    return found


async def counted_sequences(database: Database, writer: Writer) -> dict[Spot, int]:
    """How far the ledger, holes or not, or the state of each key goes: the further one."""
    found = await state_sequences(database, writer)
    async for entry in database.collection(LEDGER).find({}, {"topic": 1, "key": 1, "sequence": 1}, batch_size=5000):
        spot = (entry["topic"], entry["key"])
        found[spot] = max(entry["sequence"], found.get(spot, 0))
    return found


async def repair_states(database: Database, writer: Writer) -> list[Spot]:
    """Fold again every key whose state is not where its ledger is; which ones."""
    states, ledger = await state_sequences(database, writer), await ledger_sequences(database)
    differ = [spot for spot in states.keys() | ledger.keys() if states.get(spot, 0) != ledger.get(spot, 0)]
    for topic, key in differ:
        await _repair(database, writer.folds[topic], key, ledger.get((topic, key), 0))
    return differ


async def _repair(database: Database, row: Keeps, key: str, last: int) -> None:
    states = database.collection(row.collection)
    state: Noun | None = None
    event: Event[Any] | None = None
    async for entry in database.collection(LEDGER).find(entries_of_key(row.topic, key)).sort("_id", 1).limit(last):
        event = read_stored(entry)
        state = row.evolve(state, event)
    if event is None:
        await states.delete_one({"_id": key})
        return
    kept = state.model_dump(mode="json") if state is not None else None
    document = {"sequence": last, "hlc": event.context.hlc, "state": kept, "fold": row.fold}
    await states.replace_one({"_id": key}, document, upsert=True)
