"""The chain: each entry has a hash over itself and the hash before it.

So none can be changed, removed, put in between or moved without breaking every later one.

What a chain alone can't show is that its end was cut off, or that all of it was written anew: for that an operator
keeps a head's hash elsewhere (an anchor), and the ledgers of the services say what was in each event.
"""

import hashlib
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from chassis.digest import canonical

Document = dict[str, Any]

GENESIS = "0" * 64
"""What stands before the first entry."""


class Break(StrEnum):
    """How a link is broken."""

    MISSING = "missing"
    NOT_LINKED = "not-linked"
    CHANGED = "changed"
    CUT_OFF = "cut-off"
    NOT_IN_THE_HEAD = "not-in-the-head"


def sealed(entry: Mapping[str, Any], number: int, previous: str) -> Document:
    """An entry as the link with this number, after the link with the hash `previous`."""
    link = {**entry, "_id": number, "previous": previous}
    return {**link, "hash": hash_of(link)}


def hash_of(link: Mapping[str, Any]) -> str:
    """SHA-256 over all of a link but its hash."""
    return hashlib.sha256(canonical({name: value for name, value in link.items() if name != "hash"})).hexdigest()


class Walk:
    """A walk along the chain, link by link from the first."""

    def __init__(self) -> None:
        self.number = 0
        self.hash = GENESIS

    def step(self, link: Mapping[str, Any]) -> Break | None:
        """Go to the next link; how it is broken, if it is."""
        if link["_id"] != self.number + 1:
            return Break.MISSING
        if link.get("previous") != self.hash:
            return Break.NOT_LINKED
        if link.get("hash") != hash_of(link):
            return Break.CHANGED
        self.number += 1
        self.hash = link["hash"]
        return None

    def end(self, head: Mapping[str, Any] | None) -> Break | None:
        """At the last link: whether the head agrees."""
        number, known = (head["number"], head["hash"]) if head else (0, GENESIS)
        if number > self.number:
            return Break.CUT_OFF
        return None if (number, known) == (self.number, self.hash) else Break.NOT_IN_THE_HEAD
