"""Events of the services' ledgers that the audit log should have and has not.

A chain that was written anew without one of them is whole in itself; only who wrote the event still knows of it.
`audit_chain.py` asks after it walked the chain.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from pymongo.database import Database

from chassis.entry import LEDGER, position_id
from chassis.motions import state_collection
from chassis.passed_over import Skipped
from contracts import topics
from services.gateway.audit.append import AUDIT_LOG
from services.gateway.audit.entry import NOT_AUDITED
from services.gateway.audit.store import AUDIT

_AT_ONCE = 500
_TYPE = "ce_type"

Documents = Database[dict[str, Any]]
Entry = Mapping[str, Any]


def first_unaudited(database: Documents, ledger_of: Callable[[str], Documents]) -> Entry | None:
    """The first ledger entry, by topic, key and sequence, that was handed to the audit log and is not in it.

    `database` is the gateway's; `ledger_of` gives the database of a writer. What the audit log has still to read, and
    what an operator skipped in the gateway, is not missing.
    """
    # Read first: an entry and the cursor behind it are one transaction, so all up to here has to be there.
    read = {found["_id"]: int(found["sequence"]) for found in database[AUDIT_LOG.cursors].find({}, {"sequence": 1})}
    skipped = _skipped(database)
    for topic in sorted(AUDIT_LOG.topics, key=lambda one: one.name):
        due = (
            entry
            for entry in ledger_of(topic.writer)[LEDGER]
            .find({"topic": topic.name}, {"topic": 1, "key": 1, "sequence": 1, "headers": 1}, batch_size=_AT_ONCE)
            .sort("_id", 1)
            if entry["sequence"] <= read.get(f"{topic.name}/{entry['key']}", 0)
            and _is_audited(entry)
            and entry["_id"] not in skipped
        )
        for part in _parts(due):
            there = _in_the_log(database, part)
            for entry in part:
                if entry["_id"] not in there:
                    return entry
    return None


def _is_audited(entry: Entry) -> bool:
    return dict(entry["headers"]).get(_TYPE) not in {one.type_name() for one in NOT_AUDITED}


def _skipped(database: Documents) -> set[str]:
    found = database[state_collection(topics.HELD_MESSAGES["gateway"])].find({"state.fromTopic": {"$exists": True}})
    told = [Skipped.model_validate(document["state"]) for document in found]
    return {
        position_id(one.from_topic, one.message_key, one.message_sequence)
        for one in told
        if one.message_key is not None and one.message_sequence is not None
    }


def _in_the_log(database: Documents, part: Sequence[Entry]) -> set[str]:
    keys: dict[str, list[int]] = defaultdict(list)
    for entry in part:
        keys[entry["key"]].append(entry["sequence"])
    found = database[AUDIT].find({"key": {"$in": list(keys)}}, {"topic": 1, "key": 1, "sequence": 1})
    return {position_id(link["topic"], link["key"], link["sequence"]) for link in found}


def _parts(entries: Iterable[Entry]) -> Iterator[list[Entry]]:
    part: list[Entry] = []
    for entry in entries:
        part.append(entry)
        if len(part) == _AT_ONCE:
            yield part
            part = []
    if part:
        yield part
