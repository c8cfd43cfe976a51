"""Which held messages there are, in memory: a queue per key, in the order in which they are handled again.

`held` keeps the whole messages in the database and this index beside it.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from chassis.mongo import Document

Lane = tuple[str, str]
"""Topic and key; a message without a readable key has a lane of its own."""


@dataclass(frozen=True, slots=True)
class Spot:
    """One held message. `turn` is its place in its queue; `sequence` is 0 when its envelope can't be read."""

    entry: str
    lane: Lane
    partition: int
    turn: int
    sequence: int
    since: datetime
    failed: bool

    @classmethod
    def of(cls, document: Document) -> "Spot":
        """The spot of a stored message."""
        topic, key, turn = document["topic"], document["key_text"], document.get("turn")
        return cls(
            document["_id"],
            (topic, key) if key is not None else (f"{topic}//", document["_id"]),
            document["partition"],
            document["sequence"] if turn is None else turn,
            document["sequence"],
            document["since"],
            document["status"] == "held",
        )

    @property
    def order(self) -> tuple[Any, ...]:
        """What the queue is sorted by."""
        return (self.turn, self.since, self.entry)


class HeldQueues:
    """The queues of one service."""

    def __init__(self) -> None:
        self._queues: dict[Lane, dict[str, Spot]] = {}

    def __len__(self) -> int:
        """How many messages are held or queue behind one that is."""
        return sum(map(len, self._queues.values()))

    def clear(self) -> None:
        """Forget all."""
        self._queues.clear()

    def add(self, spot: Spot) -> None:
        """Put a message in its place, or change what is known of it."""
        queue = self._queues.setdefault(spot.lane, {})
        last = next(reversed(queue.values()), spot)
        queue[spot.entry] = spot
        if last.order > spot.order:
            self._queues[spot.lane] = {one.entry: one for one in sorted(queue.values(), key=lambda one: one.order)}

    def remove(self, spot: Spot) -> None:
        """A message is held no longer."""
        queue = self._queues.get(spot.lane, {})
        queue.pop(spot.entry, None)
        if not queue:
            self._queues.pop(spot.lane, None)

    def heads(self) -> list[Spot]:
        """The first message of every queue."""
        return [next(iter(queue.values())) for queue in self._queues.values()]

    def head(self, lane: Lane) -> Spot | None:
        """The first message of this queue."""
        return next(iter(self._queues.get(lane, {}).values()), None)

    def last_turn(self, lane: Lane) -> int:
        """The place of the last message of this queue, 0 when there is none."""
        last = next(reversed(self._queues.get(lane, {}).values()), None)
        return last.turn if last else 0

    def has(self, lane: Lane, entry: str) -> bool:
        """Whether this message is in this queue."""
        return entry in self._queues.get(lane, {})

    def has_number(self, lane: Lane, number: int) -> bool:
        """Whether a message of this queue has this sequence."""
        return any(spot.sequence == number for spot in self._queues.get(lane, {}).values())

    def oldest(self) -> datetime | None:
        """Since when the longest held message is held."""
        return min((spot.since for queue in self._queues.values() for spot in queue.values()), default=None)
