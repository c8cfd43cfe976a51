"""Events on a topic that a ledger lacks: an older copy lacks them, or somebody else wrote them.

A copy ends at one moment, give or take the minutes in which it was made. So what it lacks is not followed, on its
partition, by what was recorded an hour later and is in the ledger. `compare` asks here; whatever the ledger or a state
counted once is a hole in the ledger, and nobody else's event.
"""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from heapq import heappop, heappush
from typing import NamedTuple

from chassis.entry import position_id
from chassis.kafka import Partition
from chassis.ledger_check import event_id
from chassis.lost_events import Spot
from chassis.mongo import Document

TORN = timedelta(hours=1)
"""How long it takes at most to make a copy, and how far clocks differ."""
MOST_LOOKED_AT = 1000
"""Nobody writes so many by hand: what is beyond is an older copy's."""


class Lacked(NamedTuple):
    """An event that the ledger lacks, by its own account of itself."""

    recorded: datetime
    spot: Spot
    number: int
    id: str

    @property
    def place(self) -> str:
        """Where it stands."""
        return position_id(*self.spot, self.number)


class Lacking:
    """What the ledger lacks, in the order of the topic. Events are told as they first stand there."""

    def __init__(self) -> None:
        self._open: dict[Partition, list[Lacked]] = defaultdict(list)
        self._outlived: list[Lacked] = []
        self._count = 0

    def lacks(self, entry: Document) -> bool:
        """The ledger has no such event; whether it is looked at, and told by `foreign` or `missing`."""
        self._count += 1
        if self._count > MOST_LOOKED_AT:
            return False
        event = Lacked(entry["recorded"], (entry["topic"], entry["key"]), entry["sequence"], event_id(entry))
        heappush(self._open[entry["topic"], entry["partition"]], event)
        return True

    def has(self, entry: Document) -> None:
        """The ledger has this event: what stands before it and says that it is an hour older is in no copy's future."""
        open_ = self._open.get((entry["topic"], entry["partition"]), [])
        while open_ and open_[0].recorded < entry["recorded"] - TORN:
            self._outlived.append(heappop(open_))

    def foreign(self, counted: Mapping[Spot, int]) -> Iterator[Lacked]:
        """What somebody else wrote; `counted` is how far the ledger or the state of each key goes."""
        return (event for event in self._outlived if event.number > counted.get(event.spot, 0))

    def missing(self, counted: Mapping[Spot, int]) -> Iterator[Lacked]:
        """What the ledger should have, as far as can be told."""
        yield from (event for event in self._outlived if event.number <= counted.get(event.spot, 0))
        for open_ in self._open.values():
            yield from sorted(open_)
