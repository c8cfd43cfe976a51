"""What operators skipped: messages that no fold and no handler ever takes again, and that leave no gap behind them.

It is the fold of the service's own `held-messages` topic (rule 2), so a rebuilt read model and a restored database pass
over the same messages. `held` and `projection` ask here.
"""

from collections import defaultdict
from typing import Any

from chassis.mongo import Database
from chassis.motions import Keeps, state_collection
from contracts import topics
from contracts.envelope import Event
from contracts.held import MessageSkipped
from contracts.noun import Noun

Place = tuple[str, str]
[STATES] = {state_collection(topic) for topic in topics.HELD_MESSAGES.values()}
"""Each service has one in its own database."""


class Skipped(Noun):
    """A message that was skipped: by its place in the log, or by its fingerprint when it has none."""

    from_topic: str
    message_key: str | None = None
    message_sequence: int | None = None
    fingerprint: str | None = None


def evolve(state: Skipped | None, event: Event[Any]) -> Skipped | None:
    """A held message has nothing to remember until it is skipped."""
    if not isinstance(event.data, MessageSkipped):
        return state
    told = event.data
    return Skipped(
        from_topic=told.from_topic,
        message_key=told.message_key,
        message_sequence=told.message_sequence,
        fingerprint=told.fingerprint,
    )


def keeps_held(service: str) -> Keeps:
    """The row that every service has for its own held messages."""
    return Keeps(topics.HELD_MESSAGES[service], Skipped, evolve)


class PassedOver:
    """The skipped messages of one service, in memory."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._numbers: dict[Place, set[int]] = defaultdict(set)
        self._read: set[tuple[str, str, int]] = set()
        self._fingerprints: set[str] = set()

    async def load(self) -> None:
        """Read what was skipped."""
        self._numbers.clear()
        self._read.clear()
        self._fingerprints.clear()
        async for document in self._database.collection(STATES).find({"state.fromTopic": {"$exists": True}}):
            self.add(Skipped.model_validate(document["state"]))

    def add(self, skipped: Skipped) -> None:
        """The transaction that skipped it was committed."""
        topic, key, number = skipped.from_topic, skipped.message_key, skipped.message_sequence
        if key is not None and number is not None:
            self._numbers[topic, key].add(number)
            if skipped.fingerprint is None:
                self._read.add((topic, key, number))
        if skipped.fingerprint is not None:
            self._fingerprints.add(skipped.fingerprint)

    def has(self, topic: str, key: str, number: int) -> bool:
        """Whether this message was skipped, not just unreadable bytes that claimed its number."""
        return (topic, key, number) in self._read

    def has_bytes(self, fingerprint: str) -> bool:
        """Whether a message without a readable envelope was skipped."""
        return fingerprint in self._fingerprints

    def beyond(self, topic: str, key: str, last: int) -> int:
        """The last number that is done with, when `last` was folded: skipped ones after it leave no gap."""
        numbers = self._numbers.get((topic, key), ())
        while last + 1 in numbers:
            last += 1
        return last
