"""The numbers of a ledger: events 1, 2, 3 … of each key without a hole, or nothing behind the hole is published.

A ledger gets a hole only from outside, by somebody who deletes a document or puts half a copy back. `relay` asks here;
what stands behind a hole stays in the ledger, and `/ready` names what is missing.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence

import structlog

from chassis.entry import position_id
from chassis.health import Readiness
from chassis.key_order import Key
from chassis.mongo import Document

log = structlog.get_logger(__name__)

_NAMED = 3


class Numbering:
    """Which keys of one service's ledger break off, and where."""

    def __init__(self, readiness: Readiness) -> None:
        self._readiness = readiness
        self._missing: dict[Key, str] = {}

    def look_again(self) -> None:
        """The ledger was read anew: whatever was missing may be there."""
        self._missing.clear()
        self._readiness.clear("numbering")

    def breaks_off_at(self, key: Key, place: str) -> None:
        """The ledger has no entry at this place of the key, and later ones."""
        self._missing[key] = place
        named = ", ".join(list(self._missing.values())[:_NAMED])
        log.error("the ledger has a hole", missing=place)
        command = f"appstore ledger verify {self._readiness.service}"
        self._readiness.set("numbering", f"the ledger lacks {named}; what comes after waits. Run: {command}")

    def whole(self, predecessors: Mapping[str, Key]) -> dict[str, Key]:
        """Those of the entries to look up whose key is not known to break off."""
        return {place: key for place, key in predecessors.items() if key not in self._missing}

    def unbroken(self, entries: Sequence[Document]) -> list[Document]:
        """Of all entries of some keys those before the first hole of their key."""
        numbers: dict[Key, set[int]] = defaultdict(set)
        for entry in entries:
            numbers[entry["topic"], entry["key"]].add(entry["sequence"])
        holes = {key: hole for key, have in numbers.items() if (hole := first_hole(have)) is not None}
        for key, hole in holes.items():
            self.breaks_off_at(key, position_id(*key, hole))
        return [one for one in entries if one["sequence"] < holes.get((one["topic"], one["key"]), one["sequence"] + 1)]


def first_hole(numbers: set[int]) -> int | None:
    """The first number from 1 on that is missing below the highest of these."""
    return next((number for number in range(1, max(numbers)) if number not in numbers), None)
