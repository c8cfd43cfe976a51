"""The events that a service recorded after its database was copied: on its topics, and in no ledger any more.

`restore` reads them back; `replay` folds them, each after the one before it. Found by key and by what caused them.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator

from chassis.entry import position_id
from chassis.mongo import Document
from chassis.topic_reading import message_of
from chassis.wire import read_context, read_stored
from contracts import topics
from contracts.envelope import Context
from contracts.held import HeldEvent, MessageHeld, MessageRedriven, MessageSkipped

Spot = tuple[str, str]
_STORIES = frozenset(topic.name for topic in topics.HELD_MESSAGES.values())


class LostEvents:
    """Ledger entries read back, by topic and key and by their cause."""

    def __init__(self) -> None:
        self._by_key: dict[Spot, dict[int, Document]] = defaultdict(dict)
        self._by_cause: dict[str, list[Document]] = defaultdict(list)
        self._held: dict[str, list[Document]] = defaultdict(list)
        self._stories: dict[str, list[HeldEvent]] = defaultdict(list)
        self.skipped: set[tuple[str, str, int]] = set()
        """Topic, key and number of what operators passed over."""
        self.skipped_bytes: set[str] = set()
        """Fingerprints of what they passed over and nobody could read."""
        self.horizon = ""
        """The highest stamp among them: what came later than this had no effect that is known."""

    def add(self, entry: Document) -> None:
        """One entry; a repeat of one is not added twice."""
        numbers = self._by_key[entry["topic"], entry["key"]]
        if entry["sequence"] in numbers:
            return
        numbers[entry["sequence"]] = entry
        context = context_of(entry)
        self.horizon = max(self.horizon, context.hlc)
        if context.cause is not None:
            self._by_cause[context.cause].append(entry)
        if entry["topic"] in _STORIES:
            self._add_to_story(entry, context, read_stored(entry).data)

    def _add_to_story(self, entry: Document, context: Context, told: HeldEvent) -> None:
        self._stories[told.held].append(told)
        if context.cause is None:
            self._held[context.causationid or _held_place(told)].append(entry)
        if not isinstance(told, MessageSkipped):
            return
        if told.message_key is not None and told.message_sequence is not None:
            self.skipped.add((told.from_topic, told.message_key, told.message_sequence))
        if told.fingerprint is not None:
            self.skipped_bytes.add(told.fingerprint)

    def __len__(self) -> int:
        """How many there are."""
        return sum(map(len, self._by_key.values()))

    def get(self, spot: Spot, number: int) -> Document | None:
        """The event with this number of a key."""
        return self._by_key.get(spot, {}).get(number)

    def of_message(self, topic: str, context: Context) -> list[Document]:
        """What the message with this envelope led to, in the order in which it was recorded."""
        found = list(self._by_cause.get(position_id(topic, context.subject, context.number), []))
        found += self._held.get(context.id, [])
        return sorted(found, key=lambda entry: (entry["hlc"], entry["_id"]))

    def of_bytes(self, topic: str, partition: int, offset: int) -> Document | None:
        """What was told about an unreadable message that stood at this place."""
        return next(iter(self._held.get(f"{topic}/{partition}/{offset}", [])), None)

    @property
    def has_stories(self) -> bool:
        """Whether anything was told about held messages."""
        return bool(self._stories)

    def story(self, held: str) -> list[HeldEvent]:
        """What was told about one held message, in its order."""
        return self._stories.get(held, [])

    def causes(self) -> Iterable[str]:
        """The places of the messages that had an effect; that one was redriven is none."""
        redriven = MessageRedriven.type_name()
        for cause, entries in self._by_cause.items():
            if any(dict(entry["headers"])["ce_type"] != redriven for entry in entries):
                yield cause

    def without_a_message(self) -> Iterator[Document]:
        """The events that a request over HTTP, a timer or a watch led to."""
        return (entry for entry in self.all() if context_of(entry).cause is None)

    def all(self) -> Iterator[Document]:
        """Every event, each key in its order."""
        for numbers in self._by_key.values():
            yield from (numbers[number] for number in sorted(numbers))


def context_of(entry: Document) -> Context:
    """The envelope of an entry."""
    return read_context(message_of(entry))


def _held_place(told: HeldEvent) -> str:
    """Where an unreadable message stood; its later story is told by its own id only."""
    return f"{told.from_topic}/{told.partition}/{told.offset}" if isinstance(told, MessageHeld) else told.held
