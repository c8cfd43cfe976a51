"""Which ledger entry of a key may be published next: n+1 only behind n (rule 3 of the log). Pure.

Entries arrive from this replica's commits, from the change stream and from scans, in any order and more than once. One
whose predecessor was not seen is early: `relay` looks its predecessor up in the ledger.
"""

from collections.abc import Sequence

from chassis.entry import position_id
from chassis.mongo import Document

Key = tuple[str, str]
REMEMBERED_KEYS = 20_000


class KeyOrder:
    """The last entry let through of each key, and the early ones behind it."""

    def __init__(self, remembered: int = REMEMBERED_KEYS) -> None:
        self._remembered = remembered
        self._last: dict[Key, int] = {}
        self._early: dict[Key, dict[int, Document]] = {}

    @property
    def early(self) -> int:
        """How many entries wait for their predecessor."""
        return sum(map(len, self._early.values()))

    def let_through(self, entry: Document) -> Sequence[Document]:
        """The entries that may be published now that this one is there, in their order; none for a repeat."""
        key, number = (entry["topic"], entry["key"]), entry["sequence"]
        if number <= self._last.get(key, 0):
            return ()
        self._early.setdefault(key, {})[number] = entry
        return self._ready(key)

    def predecessors(self) -> dict[str, Key]:
        """The ledger ids that have to be looked up, each with its key."""
        return {position_id(*key, min(entries) - 1): key for key, entries in self._early.items()}

    def first_early(self, key: Key) -> int:
        """The sequence of the first early entry of a key; 0 when none is early any more."""
        return min(self._early.get(key, {0: None}))

    def published_up_to(self, key: Key, number: int) -> Sequence[Document]:
        """This entry of the key stands on the log; the entries that may follow it now."""
        self._remember(key, max(number, self._last.get(key, 0)))
        return self._ready(key)

    def _ready(self, key: Key) -> Sequence[Document]:
        entries = self._early.get(key, {})
        last, ready = self._last.get(key, 0), []
        while (entry := entries.pop(last + 1, None)) is not None:
            ready.append(entry)
            last += 1
        if ready:
            self._remember(key, last)
        for repeated in [number for number in entries if number <= last]:
            del entries[repeated]
        if not entries:
            self._early.pop(key, None)
        return ready

    def _remember(self, key: Key, number: int) -> None:
        self._last.pop(key, None)
        self._last[key] = number
        if len(self._last) > self._remembered:
            del self._last[next(iter(self._last))]
