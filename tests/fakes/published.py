"""In the relay's place: the ledger entries that were committed, as they come."""

from collections.abc import Sequence
from typing import Any

from chassis.mongo import Document
from chassis.wire import MESSAGES
from contracts.envelope import Context, Event


class Published:
    """Meets `perform.Publishes` without a broker."""

    def __init__(self) -> None:
        self.entries: list[Document] = []
        self.rescans = 0

    def offer(self, entries: Sequence[Document]) -> None:
        """Keep them."""
        self.entries.extend(entries)

    def events(self) -> list[Event[Any]]:
        """The same, as a reader of their topics sees them."""
        return [_read(entry) for entry in self.entries]

    def rescan(self) -> None:
        """Count that somebody lost the answer to a commit."""
        self.rescans += 1


def _read(entry: Document) -> Event[Any]:
    context = Context.from_headers([(name, value.encode()) for name, value in entry["headers"]])
    return Event(context, MESSAGES[context.type].model_validate_json(entry["value"]))
