"""At a start: is this database at least as new as the log? If not it is an old copy, and the service must not start.

An older copy would number its next events as others that stand on the log already. Before it: the database and the
broker answer. After it: the relay may publish. `appstore ledger restore` brings an old copy to now (rule 5).
"""

from collections.abc import Sequence

from chassis.entry import LEDGER
from chassis.errors import LedgerShort
from chassis.kafka import Partition
from chassis.mongo import Database, Document
from chassis.relay_marks import RELAY
from chassis.topic_reading import ends_of, entry_of, read_to_ends

CHUNK = 100
RESTORING = "restoring"
"""The collection whose only document says that a restore began and did not end."""


async def check_ledger(
    service: str, database: Database, partitions: Sequence[Partition], bootstrap: str, epoch: str
) -> None:
    """Raise LedgerShort when a topic holds an event that the ledger lacks, or a restore did not end.

    Read is only what was published at or after each partition's mark: a mark is at most a moment older than its
    database, whatever was published since is behind it, and repeats there harm nothing. Without a mark of this log
    the partition is read from its start, which happens once per log.
    """
    if await database.collection(RESTORING).find_one({}) is not None:
        raise LedgerShort(service, "a restore of this database began and did not end")
    marks = {mark["_id"]: mark async for mark in database.collection(RELAY).find({})}
    ends = {place: end for place, end in (await ends_of(partitions, bootstrap)).items() if end > 0}
    starts = {place: _start(marks.get(f"{place[0]}/{place[1]}"), end, epoch) for place, end in ends.items()}
    async for batch in read_to_ends(bootstrap, starts):
        entries = [entry for raw in batch if (entry := entry_of(raw)) is not None]
        if (lacking := await first_lacking(database, entries)) is not None:
            raise LedgerShort(service, f"its topic holds {lacking}, and its ledger does not")


def _start(mark: Document | None, end: int, epoch: str) -> int:
    return int(mark["offset"]) if mark is not None and mark["epoch"] == epoch and mark["offset"] < end else 0


async def first_lacking(database: Database, entries: Sequence[Document]) -> str | None:
    """The first of these places that is not in the ledger, or holds another event there."""
    for start in range(0, len(entries), CHUNK):
        chunk = entries[start : start + CHUNK]
        stored = await stored_entries(database, chunk)
        for entry in chunk:
            found = stored.get(entry["_id"])
            if found is None or event_id(found) != event_id(entry):
                return str(entry["_id"])
    return None


async def stored_entries(database: Database, entries: Sequence[Document]) -> dict[str, Document]:
    """What the ledger holds at the places of these entries, at most 100 of them."""
    wanted = sorted({entry["_id"] for entry in entries})
    found = database.collection(LEDGER).find({"_id": {"$in": wanted}})
    return {entry["_id"]: entry async for entry in found}


def event_id(entry: Document) -> str:
    """The id of the event in an entry."""
    return str(dict(entry["headers"])["ce_id"])
