"""What the one tail of this process hears: events are for the hub, answers for whoever asked here."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chassis.asking import Asker
from chassis.kafka import Partition
from contracts import topics
from contracts.envelope import Event
from contracts.questions import AnswerTold
from services.gateway.live.hub import Hub

_EVENTS = frozenset(topic.name for topic in topics.IN_LEDGERS)


@dataclass(frozen=True)
class Ears:
    """One tail in, two listeners."""

    hub: Hub
    asker: Asker

    def hear(self, event: Event[Any], place: Partition, offset: int) -> None:
        """Pass on what was heard."""
        if isinstance(event.data, AnswerTold):
            self.asker.hear(event.data)
        else:
            self.hub.hear(event, place, offset)

    def begin_at(self, positions: Mapping[Partition, int]) -> None:
        """The tail starts here. A stream's position speaks of events alone."""
        self.hub.begin_at({place: offset for place, offset in positions.items() if place[0] in _EVENTS})
