"""In which order a restore takes up messages and events again: as they were, as far as anything depends on it.

A message stands where its first effect was recorded, or where it was sent when it had none; an event without a message
stands where it was recorded. Being held is no effect: what was redriven stands where it was redriven. Messages of one
key never overtake each other, whatever the stamps say.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace

from chassis.lost_events import LostEvents, Spot
from chassis.mongo import Document
from chassis.wire import RawMessage
from contracts.envelope import Context
from contracts.held import MessageHeld


@dataclass(frozen=True)
class Backlog:
    """One message that the copy has not handled. `stored` is where the copy keeps it, if it waits or is held there.

    `counted` says that the cursor was moved when it was stored.
    """

    raw: RawMessage
    context: Context
    answers: Sequence[Document] = ()
    was_handled: bool = False
    stored: tuple[str, str] | None = None
    counted: bool = False

    @property
    def spot(self) -> Spot:
        """Its topic and key."""
        return self.raw.topic, self.context.subject

    @property
    def first_effect(self) -> Document | None:
        """The first thing it led to, other than being held; that, if it led to nothing else."""
        held = MessageHeld.type_name()
        effects = (entry for entry in self.answers if dict(entry["headers"])["ce_type"] != held)
        return next(effects, next(iter(self.answers), None))


@dataclass(frozen=True, order=True)
class Step:
    """One thing to do again: a message, or an event that none led to."""

    hlc: str
    place: str
    number: int
    message: Backlog | None = field(default=None, compare=False)
    event: Document | None = field(default=None, compare=False)


def steps_of(backlog: Iterable[Backlog], lost: LostEvents) -> list[Step]:
    """Everything to do again, in order; messages beyond the last known effect are left to the service."""
    by_key: dict[Spot, list[Backlog]] = defaultdict(list)
    for message in backlog:
        by_key[message.spot].append(message)
    steps: list[Step] = []
    for spot, messages in by_key.items():
        steps += _of_one_key(spot, sorted(messages, key=lambda message: message.context.number), lost)
    latest: dict[Spot, str] = {}
    for entry in lost.without_a_message():
        spot = (entry["topic"], entry["key"])
        latest[spot] = max(entry["hlc"], latest.get(spot, ""))
        steps.append(Step(latest[spot], "/".join(spot), entry["sequence"], event=entry))
    return sorted(steps)


def _of_one_key(spot: Spot, messages: Sequence[Backlog], lost: LostEvents) -> list[Step]:
    told = [replace(message, answers=lost.of_message(spot[0], message.context)) for message in messages]
    last = max((index for index, message in enumerate(told) if message.answers), default=-1)
    steps, latest = [], ""
    for index, message in enumerate(told):
        effect = message.first_effect
        latest = max(latest, effect["hlc"] if effect is not None else message.context.hlc)
        if index > last and latest > lost.horizon:
            break
        again = replace(message, was_handled=index <= last)
        steps.append(Step(latest, "/".join(spot), message.context.number, message=again))
    return steps
