"""The messages that a restored copy has not handled yet: on its topics beyond its cursors, and those it put aside.

Read by `restore`, put in order by `replay_order`. Kept in memory: what was sent since the copy was made and before the
last known effect; later ones are the running service's.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from chassis.cursor import CURSORS
from chassis.held import HELD
from chassis.lost_events import LostEvents, Spot
from chassis.mongo import Database
from chassis.replay_order import Backlog
from chassis.stored_message import to_message
from chassis.topic_reading import partitions_of, read_to_ends
from chassis.waiting import WAITING
from chassis.wire import RawMessage, Unreadable, read_context
from contracts.envelope import Context
from contracts.topics import Topic


@dataclass
class Found:
    """What a copy has to catch up with: messages, each key without a gap, and what is no message."""

    messages: list[Backlog] = field(default_factory=list)
    unreadable: list[RawMessage] = field(default_factory=list)


async def read_backlog(
    database: Database, topics: Iterable[Topic], log: tuple[str, str], lost: LostEvents, *, handles: bool = True
) -> Found:
    """Everything to be handled again from this log (address, epoch); what was put aside only, if it `handles` nothing.

    Raises KafkaError, TimeoutError or DatabaseError when a part is away.
    """
    found = Found(await _put_aside(database))
    cursors = {one["_id"]: one["sequence"] async for one in database.collection(CURSORS).find({})}
    done: dict[Spot, set[int]] = defaultdict(set)
    for topic, key, number in lost.skipped:
        done[topic, key].add(number)
    for message in found.messages:
        done[message.spot].add(message.context.number)
    beyond: dict[Spot, dict[int, Backlog]] = defaultdict(dict)
    bootstrap, epoch = log
    async for batch in read_to_ends(bootstrap, dict.fromkeys(partitions_of(topics), 0), epoch):
        for raw in batch:
            if (context := _context(raw)) is None:
                found.unreadable.append(raw)
            elif context.number > cursors.get(f"{raw.topic}/{context.subject}", 0) and (
                (handles and context.hlc <= lost.horizon) or lost.of_message(raw.topic, context)
            ):
                beyond[raw.topic, context.subject].setdefault(context.number, Backlog(raw, context))
    aside = {(message.spot, message.context.number) for message in found.messages}
    for spot, numbers in beyond.items():
        present = numbers.keys() | done[spot]
        wanted = _without_gap(cursors.get("/".join(spot), 0), present) if handles else numbers
        found.messages += [numbers[one] for one in wanted if one in numbers and (spot, one) not in aside]
    return found


async def _put_aside(database: Database) -> list[Backlog]:
    aside = []
    for name in (WAITING, HELD):
        async for document in database.collection(name).find({}):
            raw = to_message(document)
            if (context := _context(raw)) is not None:
                counted = name == WAITING or document.get("waited", False)
                aside.append(Backlog(raw, context, stored=(name, document["_id"]), counted=counted))
    return aside


def _without_gap(cursor: int, numbers: Collection[int]) -> Iterable[int]:
    """The numbers that follow the cursor without a gap."""
    number = cursor + 1
    while number in numbers:
        yield number
        number += 1


def _context(raw: RawMessage) -> Context | None:
    try:
        return read_context(raw)
    except Unreadable:
        return None
