"""What is to be published, a queue per partition, each sent batch by batch and acknowledged before the next.

`relay` fills the queues in the order of the keys; `publish` sends; `relay_marks` keeps what was acknowledged.
"""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Sequence

import structlog

from chassis import telemetry
from chassis.health import Readiness
from chassis.kafka import Partition
from chassis.mongo import Document
from chassis.publish import Publisher
from chassis.relay_marks import RelayMarks

log = structlog.get_logger(__name__)

_BATCH = 500
_BACKOFF = (0.1, 0.2, 0.5, 1.0, 2.0)


class Outbox:
    """The queues of one time of leading. Nothing is sent before `open`, nor after `leads()` says no."""

    def __init__(
        self, publisher: Publisher, marks: RelayMarks, readiness: Readiness, leads: Callable[[], bool]
    ) -> None:
        self._publisher = publisher
        self._marks = marks
        self._readiness = readiness
        self._leads = leads
        self._queues: dict[Partition, deque[tuple[Document, float]]] = {}
        self._senders: dict[Partition, asyncio.Task[None]] = {}
        self._ids: set[str] = set()
        self._next: dict[Partition, int] = {}
        self.is_open = False

    def __contains__(self, entry: str) -> bool:
        """Whether the entry with this id is queued."""
        return entry in self._ids

    def __len__(self) -> int:
        """How many entries are queued."""
        return len(self._ids)

    def add(self, entries: Sequence[Document]) -> None:
        """Queue entries behind what is queued of their partitions."""
        now = time.monotonic()
        for entry in entries:
            if entry["_id"] in self._ids:
                continue
            self._ids.add(entry["_id"])
            place = (entry["topic"], entry["partition"])
            self._queues.setdefault(place, deque()).append((entry, now))
            self._wake(place)

    def open(self) -> None:
        """Begin to send."""
        self.is_open = True
        for place in self._queues:
            self._wake(place)

    async def close(self) -> None:
        """Send no more; what was not acknowledged is left to whoever leads next."""
        self.is_open = False
        senders = list(self._senders.values())
        for sender in senders:
            sender.cancel()
        await asyncio.gather(*senders, return_exceptions=True)

    def _wake(self, place: Partition) -> None:
        if self.is_open and self._queues[place] and place not in self._senders:
            sender = asyncio.create_task(self._send_all(place))
            self._senders[place] = sender
            sender.add_done_callback(lambda _: self._senders.pop(place, None))
            sender.add_done_callback(lambda _: self._wake(place) if self._leads() else None)

    async def _send_all(self, place: Partition) -> None:
        queue = self._queues[place]
        failures = 0
        while queue and self.is_open and self._leads():
            batch = [entry for entry, _ in list(queue)[:_BATCH]]
            try:
                sent, offset = await self._publisher.send(place, batch)
            except Exception as error:  # noqa: BLE001 - whatever it is, the events stay queued and are tried again
                pause = _BACKOFF[min(failures, len(_BACKOFF) - 1)]
                self._next.pop(place, None)  # what was not acknowledged may be stored
                failures += 1
                self._readiness.set("relay", f"the broker does not take events ({type(error).__name__})")
                log.warning("could not publish, trying again", topic=place[0], partition=place[1], error=str(error))
                await asyncio.sleep(pause)
                continue
            if failures:
                failures = 0
                self._readiness.clear("relay")
            self._look_for_others(place, offset, sent)
            self._marks.acknowledged(place, offset, [entry["_id"] for entry in batch[:sent]])
            self._sent(place, sent)

    def _look_for_others(self, place: Partition, offset: int, count: int) -> None:
        """Say that something stands between two batches: a forged message, or what a relay that led before repeated."""
        others = offset - self._next.get(place, offset)
        self._next[place] = offset + count
        if others > 0:
            telemetry.RELAY_OTHERS.labels(place[0]).inc(others)
            log.error(
                "somebody else wrote to a topic of this service", topic=place[0], partition=place[1], count=others
            )

    def _sent(self, place: Partition, count: int) -> None:
        queue, now = self._queues[place], time.monotonic()
        for _ in range(count):
            entry, since = queue.popleft()
            self._ids.discard(entry["_id"])
            telemetry.RELAY_SECONDS.observe(now - since)
        telemetry.RELAYED.labels(place[0]).inc(count)
        telemetry.BACKLOG.set(len(self._ids))
