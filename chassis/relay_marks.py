"""What the relay remembers of each partition: the epoch and the offset of the last acknowledged batch, and the marks.

Late or lost marks only cause repeats. Before it: `relay` got an acknowledgement. At a start it says which partitions
lack what was acknowledged (rule 3 of the log).
"""

from collections.abc import Sequence
from typing import Any

from aiokafka import AIOKafkaConsumer, TopicPartition

from chassis.entry import LEDGER
from chassis.kafka import Partition
from chassis.mongo import Database

RELAY = "relay"
_CHUNK = 100


class RelayMarks:
    """Marks in the ledger and per partition."""

    def __init__(self, database: Database, epoch: str) -> None:
        self._database = database
        self._epoch = epoch
        self._events: list[str] = []
        self._offsets: dict[Partition, int] = {}

    @property
    def unwritten(self) -> frozenset[str]:
        """The events that are acknowledged and not marked yet."""
        return frozenset(self._events)

    def acknowledged(self, place: Partition, offset: int, events: Sequence[str]) -> None:
        """The broker has these events; the first of them at this offset."""
        self._offsets[place] = offset
        self._events.extend(events)

    async def write(self) -> None:
        """Store what was acknowledged since the last time, partitions first.

        The other way round, an event marked on a partition without a mark would not be missed if the broker were lost.
        """
        events, offsets = self._events[:], dict(self._offsets)
        ledger, relay = self._database.collection(LEDGER), self._database.collection(RELAY)
        for (topic, partition), offset in offsets.items():
            mark = {"epoch": self._epoch, "offset": offset}
            await relay.update_one({"_id": f"{topic}/{partition}"}, {"$set": mark}, upsert=True)
            if self._offsets.get((topic, partition)) == offset:
                del self._offsets[topic, partition]
        for start in range(0, len(events), _CHUNK):
            chunk = events[start : start + _CHUNK]
            await ledger.update_many({"_id": {"$in": chunk}}, {"$unset": {"unpublished": 1}})
        del self._events[: len(events)]

    async def short(self, partitions: Sequence[Partition], bootstrap: str) -> list[Partition]:
        """The partitions that lack what was acknowledged: another epoch, or a lower end."""
        known: dict[str, Any] = {d["_id"]: d async for d in self._database.collection(RELAY).find({})}
        if not known:
            return []
        ends = await _ends(partitions, bootstrap)
        return [place for place in partitions if self._lacks(known.get(f"{place[0]}/{place[1]}"), ends[place])]

    def _lacks(self, mark: dict[str, Any] | None, end: int) -> bool:
        return mark is not None and (mark["epoch"] != self._epoch or end <= mark["offset"])


async def _ends(partitions: Sequence[Partition], bootstrap: str) -> dict[Partition, int]:
    probe = AIOKafkaConsumer(bootstrap_servers=bootstrap)
    await probe.start()
    try:
        ends = await probe.end_offsets([TopicPartition(*place) for place in partitions])
    finally:
        await probe.stop()
    return {(place.topic, place.partition): end for place, end in ends.items()}
