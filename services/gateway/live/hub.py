"""The hub: one tail in, many listeners out, and a memory of the last events so that a stream can resume.

A slow listener loses its place and is told so with a reset; it never slows another. Rule 10 of the log.
"""

import asyncio
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

from chassis.kafka import Partition
from contracts.envelope import Event
from services.gateway.live.resume import Positions, write_position
from services.gateway.readmodels.timeline import entry_of

REMEMBERED = 5000
QUEUE = 1000
MOST_LISTENERS = 2500


@dataclass(frozen=True, slots=True)
class Heard:
    """One event as the hub passes it on: its timeline entry, and where it stood on the log."""

    entry: dict[str, Any]
    place: Partition
    offset: int


TOO_SLOW: Final = Heard({}, ("", -1), -1)
"""The last thing in the queue of a listener that did not keep up."""
ENDED: Final = Heard({}, ("", -2), -1)
"""The last thing in every queue when this process stops."""
Queue = asyncio.Queue[Heard]


class Hub:
    """Passes on what the tail hears."""

    def __init__(self, epoch: str) -> None:
        self.epoch = epoch
        self.positions: Positions = {}
        """Offset after the last event heard, per partition."""
        self._position: str | None = None
        self._memory: deque[Heard] = deque(maxlen=REMEMBERED)
        self._oldest: Positions = {}
        self._listeners: dict[Queue, Callable[[Heard], bool]] = {}

    @property
    def position(self) -> str:
        """The positions as the id of a server-sent event, written once however many listen."""
        if self._position is None:
            self._position = write_position(self.epoch, self.positions)
        return self._position

    @property
    def listeners(self) -> int:
        """How many listen now."""
        return len(self._listeners)

    @property
    def is_full(self) -> bool:
        """Whether this process serves as many streams as it can."""
        return self.listeners >= MOST_LISTENERS

    def begin_at(self, positions: Mapping[Partition, int]) -> None:
        """The tail starts here: what came before is not remembered."""
        self.positions = dict(positions)
        self._oldest = dict(positions)
        self._position = None

    def hear(self, event: Event[Any], place: Partition, offset: int) -> None:
        """Take one event from the tail and pass it on."""
        heard = Heard(entry_of(event), place, offset)
        if len(self._memory) == REMEMBERED:
            forgotten = self._memory[0]
            self._oldest[forgotten.place] = forgotten.offset + 1
        self._memory.append(heard)
        self.positions[place] = offset + 1
        self._position = None
        for queue, wants in list(self._listeners.items()):
            if wants(heard):
                self._pass_on(queue, heard)

    def _pass_on(self, queue: Queue, heard: Heard) -> None:
        if not queue.full():
            queue.put_nowait(heard)
            return
        self._let_go(queue, TOO_SLOW)

    def _let_go(self, queue: Queue, why: Heard) -> None:
        del self._listeners[queue]
        while not queue.empty():
            queue.get_nowait()
        queue.put_nowait(why)

    def end(self) -> None:
        """This process stops: every stream ends now, so that its client goes on elsewhere or a moment later."""
        for queue in list(self._listeners):
            self._let_go(queue, ENDED)

    def since(self, positions: Positions) -> list[Heard] | None:
        """What was heard from these positions on, in the order it was heard; None when that is not remembered."""
        if any(offset < self._oldest.get(place, 0) for place, offset in positions.items()):
            return None
        return [heard for heard in self._memory if heard.offset >= positions.get(heard.place, 0)]

    @contextmanager
    def listening(self, wants: Callable[[Heard], bool]) -> Iterator[Queue]:
        """A queue of what is heard from now on; TOO_SLOW in it is the last of a listener that did not keep up."""
        queue: Queue = asyncio.Queue(QUEUE)
        self._listeners[queue] = wants
        try:
            yield queue
        finally:
            self._listeners.pop(queue, None)
