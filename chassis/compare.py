"""Compares a service's ledger with its topics and its states, event by event: `appstore ledger verify`.

Read only, in memory that grows with the number of keys and not of events. Repeats on a topic are no difference: a relay
may publish twice, and readers drop it.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from chassis.cursor import CURSORS
from chassis.entry import LEDGER, position_id
from chassis.lacking import Lacking
from chassis.ledger_check import CHUNK, stored_entries
from chassis.lost_events import Spot
from chassis.mongo import Database, Document
from chassis.motions import state_collection
from chassis.topic_reading import entry_of, partitions_of, read_to_ends, same_event
from contracts.topics import Topic

MOST_NAMED = 20
"""Differences of one kind that are named; the rest are counted."""


class Kind(StrEnum):
    """How a ledger can differ."""

    NOT_ON_TOPIC = "not-on-topic"
    NOT_IN_LEDGER = "not-in-ledger"
    FOREIGN = "foreign"
    """Not in the ledger, which goes on for longer behind it than any copy takes to be made (`lacking`)."""
    OTHER_CONTENT = "other-content"
    HOLE_IN_LEDGER = "hole-in-ledger"
    STATE_DIFFERS = "state-differs"
    NOT_AN_EVENT = "not-an-event"
    READ_FURTHER = "read-further"
    """A reader handled later events of this key than the ledger has: it was put back, and the log is gone too."""


@dataclass(frozen=True, order=True)
class Difference:
    """One place where they differ: topic/key/sequence, or topic/partition/offset for what is no event."""

    kind: Kind
    place: str


class Comparison:
    """What was found for one service."""

    def __init__(self) -> None:
        self.events = 0
        self.repeats = 0
        self.counts: dict[Kind, int] = defaultdict(int)
        self.named: dict[Kind, list[str]] = defaultdict(list)

    @property
    def equal(self) -> bool:
        """Whether nothing differs."""
        return not self.counts

    def add(self, kind: Kind, place: str) -> None:
        """One more difference."""
        self.counts[kind] += 1
        if len(self.named[kind]) < MOST_NAMED:
            self.named[kind].append(place)


async def compare(
    database: Database, topics: Iterable[Topic], bootstrap: str, readers: Iterable[Database] = ()
) -> Comparison:
    """Hold a service's topics against its ledger and its states, and its ledger against what its readers handled.

    Raises KafkaError, TimeoutError or DatabaseError when a part is away.
    """
    found = Comparison()
    topics = list(topics)
    # Before the ledger is read: what is handled after that may be newer than what was read of it.
    handled = await _read_cursors(topics, readers)
    lacking = Lacking()
    on_topic = await _read_topics(database, topics, bootstrap, found, lacking)
    in_ledger = await _read_ledger(database, on_topic, found)
    counted = dict(in_ledger)
    for topic in topics:
        for key, number in (await _hold_states_against(database, topic, in_ledger, found)).items():
            counted[topic.name, key] = max(number, counted.get((topic.name, key), 0))
    for kind, events in ((Kind.FOREIGN, lacking.foreign(counted)), (Kind.NOT_IN_LEDGER, lacking.missing(counted))):
        for event in events:
            found.add(kind, event.place)
    for spot, number in sorted(handled.items()):
        if number > in_ledger.get(spot, 0):
            found.add(Kind.READ_FURTHER, position_id(*spot, number))
    return found


async def _read_cursors(topics: Sequence[Topic], readers: Iterable[Database]) -> dict[Spot, int]:
    """How far readers are with each key: by the cursors of their handlers and reactors."""
    reached: dict[Spot, int] = {}
    for reader in readers:
        names = [name for name in await reader.raw.list_collection_names() if name.startswith(CURSORS)]
        for name, topic in ((name, topic) for name in names for topic in topics):
            query = {"_id": {"$gte": f"{topic.name}/", "$lt": f"{topic.name}0"}}
            async for cursor in reader.collection(name).find(query, {"sequence": 1}):
                spot = (topic.name, cursor["_id"].partition("/")[2])
                reached[spot] = max(cursor["sequence"], reached.get(spot, 0))
    return reached


async def _read_topics(
    database: Database, topics: Sequence[Topic], bootstrap: str, found: Comparison, lacking: Lacking
) -> dict[Spot, int]:
    """How far each key goes on its topic, counting from one; what is there is compared with the ledger."""
    reached: dict[Spot, int] = {}
    async for batch in read_to_ends(bootstrap, dict.fromkeys(partitions_of(topics), 0)):
        entries = []
        for raw in batch:
            if (entry := entry_of(raw)) is None:
                found.add(Kind.NOT_AN_EVENT, f"{raw.topic}/{raw.partition}/{raw.offset}")
            elif _is_new(entry, reached, found):
                entries.append(entry)
        for start in range(0, len(entries), CHUNK):
            await _hold_against_ledger(database, entries[start : start + CHUNK], found, lacking)
    return reached


def _is_new(entry: Document, reached: dict[Spot, int], found: Comparison) -> bool:
    spot, number = (entry["topic"], entry["key"]), entry["sequence"]
    last = reached.get(spot, 0)
    if number <= last:
        found.repeats += 1
        return False
    # One before its predecessor is read again when that one was filled in: it counts from then on.
    if number == last + 1:
        reached[spot] = number
    return True


async def _hold_against_ledger(
    database: Database, chunk: Sequence[Document], found: Comparison, lacking: Lacking
) -> None:
    stored = await stored_entries(database, chunk)
    for entry in chunk:
        found.events += 1
        if (kept := stored.get(entry["_id"])) is None:
            if not lacking.lacks(entry):
                found.add(Kind.NOT_IN_LEDGER, entry["_id"])
        elif not same_event(kept, entry):
            found.add(Kind.OTHER_CONTENT, entry["_id"])
        else:
            lacking.has(kept)


async def _read_ledger(database: Database, on_topic: dict[Spot, int], found: Comparison) -> dict[Spot, int]:
    """How far each key goes in the ledger; holes, and what the topic lacks, are found on the way."""
    last: dict[Spot, int] = {}
    entries = database.collection(LEDGER).find({}, {"topic": 1, "key": 1, "sequence": 1}, batch_size=5000)
    async for entry in entries.sort("_id", 1):
        spot, number = (entry["topic"], entry["key"]), entry["sequence"]
        for missing in range(last.get(spot, 0) + 1, number):
            found.add(Kind.HOLE_IN_LEDGER, position_id(*spot, missing))
        last[spot] = number
        if number > on_topic.get(spot, 0):
            found.add(Kind.NOT_ON_TOPIC, entry["_id"])
    return last


async def _hold_states_against(
    database: Database, topic: Topic, in_ledger: dict[Spot, int], found: Comparison
) -> dict[str, int]:
    """How far the state of each key goes; where that is not as far as the ledger, it differs."""
    states = database.collection(state_collection(topic)).find({}, {"sequence": 1})
    folded = {state["_id"]: state["sequence"] async for state in states}
    recorded = {key: number for (name, key), number in in_ledger.items() if name == topic.name}
    for key in sorted(folded.keys() | recorded.keys()):
        if folded.get(key, 0) != recorded.get(key, 0):
            found.add(Kind.STATE_DIFFERS, position_id(topic.name, key, folded.get(key, 0)))
    return folded
