"""Brings a database that was put back from an older copy to now: `appstore ledger restore` (rule 5 of the log).

Its own topics are read back; every message that had an effect is handled again with the recorded answers (`replay`),
in the order of then; cursors follow. The running service does the rest: what had no effect, it handles. Killed on the
way, it is run again: each step is one transaction, and the service does not start before the end.
"""

import contextlib
from collections.abc import Iterable
from dataclasses import dataclass

from chassis.backlog import Found, read_backlog
from chassis.clock import Clock, SystemClock
from chassis.entry import LEDGER
from chassis.epoch import EpochReader
from chassis.errors import ChassisError
from chassis.group import ServiceRuns, begin_group_again
from chassis.kafka import Partition
from chassis.lacking import Lacking
from chassis.lease import is_led
from chassis.ledger_check import CHUNK, RESTORING, event_id, stored_entries
from chassis.lost_events import LostEvents
from chassis.mongo import AlreadyThere, Database, Document
from chassis.relay_marks import RELAY
from chassis.replay_order import steps_of
from chassis.replay_steps import Replay, Restoration
from chassis.state_repair import counted_sequences, repair_states, state_sequences
from chassis.topic_reading import entry_of, partitions_of, read_to_ends
from chassis.wiring import Service
from contracts import topics


class Forked(ChassisError):  # noqa: N818 - reads as the answer it is
    """Two different events stand at the same place, the text, on the topic or there and in the ledger.

    No copy explains that.
    """


@dataclass(frozen=True)
class _Log:
    bootstrap: str
    epoch: str


@dataclass(frozen=True)
class _ReadBack:
    """What the topics hold and the ledger lacks, each partition's last offset, and by its id what others wrote."""

    lost: LostEvents
    marks: dict[Partition, int]
    foreign: dict[str, str]


async def restore(service: Service, database: Database, clock: Clock | None = None) -> Restoration:
    """Bring the database of a stopped service to now. Safe to repeat.

    Raises ServiceRuns while it runs, Forked, and KafkaError, TimeoutError or DatabaseError when a part is away.
    """
    log = _Log(service.settings.kafka, await _epoch(service.settings.kafka))
    if await is_led(database):
        raise ServiceRuns
    if service.table.topics_read:
        await begin_group_again(service.name, service.table.topics_read, service.settings)
    restoring = database.collection(RESTORING)
    began = await restoring.find_one({"_id": service.name})
    if began is None:
        await restoring.insert_one({"_id": service.name})
    try:
        back = await _read_back(service, database, log, began)
    except Forked:
        if began is None:  # nothing was changed, and no earlier restore changed anything
            await restoring.delete_many({})
        raise
    await restoring.update_one({"_id": service.name}, {"$set": {"foreign": back.foreign}})
    done = await _bring_to_now(service, database, log, back.lost, clock or SystemClock())
    done.foreign = [*back.foreign.values()]
    if service.read_back is not None:
        await service.read_back(database)
    await _mark(database, back.marks, log)
    await database.collection(RESTORING).delete_many({})
    return done


async def _epoch(bootstrap: str) -> str:
    reader = EpochReader(bootstrap)
    try:
        return await reader.read()
    finally:
        await reader.close()


async def _read_back(service: Service, database: Database, log: _Log, began: Document | None) -> _ReadBack:
    lacking, lacked = Lacking(), []
    last: dict[Partition, int] = {}
    places = partitions_of(topics.in_ledger_of(service.name))
    async for batch in read_to_ends(log.bootstrap, dict.fromkeys(places, 0), log.epoch):
        last |= {(raw.topic, raw.partition): raw.offset for raw in batch}
        entries = [entry for raw in batch if (entry := entry_of(raw)) is not None]
        for start in range(0, len(entries), CHUNK):
            chunk = entries[start : start + CHUNK]
            stored = await stored_entries(database, chunk)
            for entry in chunk:
                if (found := stored.get(entry["_id"])) is None:
                    lacking.lacks(entry)
                    lacked.append(entry)
                elif event_id(found) != event_id(entry):
                    raise Forked(entry["_id"])
                else:
                    lacking.has(found)
    # A restore that was killed has changed what others' events are told by: it has said which they are.
    foreign: dict[str, str] | None = (began or {}).get("foreign")
    if foreign is None:
        counted = await counted_sequences(database, service.writer(SystemClock()))
        foreign = {event.id: event.place for event in lacking.foreign(counted)}
    return _ReadBack(_lost(entry for entry in lacked if event_id(entry) not in foreign), last, foreign)


def _lost(entries: Iterable[Document]) -> LostEvents:
    lost = LostEvents()
    for entry in entries:
        other = lost.get((entry["topic"], entry["key"]), entry["sequence"])
        if other is not None and event_id(other) != event_id(entry):
            raise Forked(entry["_id"])
        lost.add(entry)
    return lost


async def _bring_to_now(service: Service, database: Database, log: _Log, lost: LostEvents, clock: Clock) -> Restoration:
    writer = service.writer(clock)
    await _fill_holes(database, await state_sequences(database, writer), lost)
    await repair_states(database, writer)
    handles = bool(service.table.use_cases)
    read = [topic for topic in service.table.topics_read if topic.ledger]
    found = Found()
    if lost.has_stories or (handles and len(lost)):
        found = await read_backlog(database, read, (log.bootstrap, log.epoch), lost, handles=handles)
    done = await Replay(service, database, lost, clock).run(steps_of(found.messages, lost), found.unreadable)
    await repair_states(database, writer)
    return done


async def _fill_holes(database: Database, states: dict[tuple[str, str], int], lost: LostEvents) -> None:
    """Events that the state counted already go into the ledger as they are."""
    counted = [entry for entry in lost.all() if entry["sequence"] <= states.get((entry["topic"], entry["key"]), 0)]
    for entry in counted:
        with contextlib.suppress(AlreadyThere):
            await database.collection(LEDGER).insert_one(entry)


async def _mark(database: Database, last: dict[Partition, int], log: _Log) -> None:
    """The relay goes on from the ends that were read."""
    for (topic, partition), offset in last.items():
        mark = {"epoch": log.epoch, "offset": offset}
        await database.collection(RELAY).update_one({"_id": f"{topic}/{partition}"}, {"$set": mark}, upsert=True)
