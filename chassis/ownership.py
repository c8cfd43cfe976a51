"""Which partitions are this replica's now, and memory that is true for them (rule 4 of the log).

The group gives partitions to replicas and takes them away at any time. What others did meanwhile stands in the
database, so at each assignment `redeliver` reads cursors, waiting and held anew before anything is handled.
"""

from itertools import islice

from chassis.cursor import Cursors, Reached, Spot
from chassis.handle import Handler
from chassis.kafka import Partition
from chassis.waiting import Waiting

_AWAITED_AT_ONCE = 1000


class Ownership:
    """The partitions of one replica; all of them until a group has said something else."""

    def __init__(self, handler: Handler) -> None:
        self._handler = handler
        self._partitions: frozenset[Partition] | None = None
        self._stale = False

    def assigned(self, partitions: frozenset[Partition]) -> None:
        """These are the partitions from now on; memory is not true for them until `recall`."""
        self._partitions = partitions
        self._stale = True

    @property
    def partitions(self) -> frozenset[Partition]:
        """What the group gave this replica; nothing before it gave anything."""
        return self._partitions or frozenset()

    def doubt(self) -> None:
        """Memory may not be true: read it again before anything is handled."""
        self._stale = True

    def owns(self, topic: str, partition: int) -> bool:
        """Whether a message of this partition is this replica's to handle."""
        return self._partitions is None or (topic, partition) in self._partitions

    async def recall(self) -> bool:
        """Read memory anew if the partitions were given out anew; whether it was."""
        if not self._stale:
            return False
        partitions = self._partitions
        await self._handler.load(partitions)
        self._stale = self._partitions is not partitions
        return not self._stale


class Elsewhere:
    """Notices that what is awaited here arrived at another replica, by the cursors that replica stored."""

    def __init__(self, cursors: Cursors, waiting: Waiting) -> None:
        self._cursors = cursors
        self._waiting = waiting
        self._seen: dict[Spot, Reached] = {}

    async def arrived(self) -> list[Spot]:
        """The awaited keys that are further than at the last look; at most 1,000 are looked at, in turn."""
        awaited = self._waiting.awaited()
        self._seen = {spot: reached for spot, reached in self._seen.items() if spot in awaited}
        fresh = [spot for spot in awaited if spot not in self._seen]
        looked_at = list(islice((*fresh, *self._seen), _AWAITED_AT_ONCE))
        stored = await self._cursors.stored(looked_at) if looked_at else {}
        arrived = [spot for spot in looked_at if spot in stored and stored[spot] != self._seen.get(spot)]
        for spot in looked_at:
            self._seen.pop(spot, None)  # to the end, so that each has its turn
            self._seen[spot] = stored.get(spot, (0, 0))
        return arrived
