"""In the relay's place: the ledger entries that were committed, as they come."""

from collections.abc import Sequence

from chassis.mongo import Document


class Published:
    """Meets `perform.Publishes` without a broker."""

    def __init__(self) -> None:
        self.entries: list[Document] = []
        self.rescans = 0

    def offer(self, entries: Sequence[Document]) -> None:
        """Keep them."""
        self.entries.extend(entries)

    def rescan(self) -> None:
        """Count that somebody lost the answer to a commit."""
        self.rescans += 1
