"""The audit log as an operator reads it: walked link by link, and held against the ledgers that are at hand."""

import hashlib
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack
from dataclasses import asdict, dataclass
from typing import Any

from pymongo.database import Database

from chassis.entry import LEDGER, position_id
from contracts import topics
from infra.operator.unaudited import first_unaudited
from services.gateway.audit.chain import GENESIS, Break, Walk
from services.gateway.audit.store import AUDIT, HEAD, HEADS

_AT_ONCE = 500
_CHUNK = 100
OTHER_EVENT = "other-event"
"""The ledger's event is not the one that was audited."""
NOT_THERE = "not-there"
"""An event of a ledger that the audit log read is not in the chain."""

Documents = Database[dict[str, Any]]
Link = Mapping[str, Any]
Opened = Callable[[str], AbstractContextManager[Documents]]


@dataclass
class Verdict:
    """What a walk along the chain found. `compared` entries were held against a ledger, `absent` had none at hand."""

    entries: int = 0
    head: str = GENESIS
    broken: str | None = None
    at: int | None = None
    event: str | None = None
    compared: int = 0
    absent: int = 0
    anchor: str | None = None
    anchored_at: int | None = None

    @property
    def holds(self) -> bool:
        """Whether the chain is whole and contains the anchor, if one was given."""
        return self.broken is None and (self.anchor is None or self.anchored_at is not None)

    def as_json(self) -> dict[str, Any]:
        """For a program."""
        return {"holds": self.holds, **asdict(self)}


def walk(database: Documents, opened: Opened, anchor: str | None = None) -> Verdict:
    """Walk the chain from its first link; stops at the first that is broken."""
    verdict = Verdict(anchor=anchor)
    if anchor == GENESIS:
        verdict.anchored_at = 0
    # Read first: what is appended while we walk is beyond this head, and may not look cut off.
    head = database[HEADS].find_one({"_id": HEAD})
    steps = Walk()
    with ExitStack() as stack:
        ledgers = _Ledgers(stack, opened)
        for links in _in_parts(database, head["number"] if head else None):
            for link in links:
                if (broken := steps.step(link)) is not None:
                    return _broken(verdict, steps, broken, link)
                if steps.hash == anchor:
                    verdict.anchored_at = steps.number
            if (other := _compare(links, ledgers, verdict)) is not None:
                return _broken(verdict, steps, OTHER_EVENT, other)
        verdict.entries, verdict.head = steps.number, steps.hash
        if (broken := steps.end(head)) is not None:
            return _broken(verdict, steps, broken, None)
        if (lacking := first_unaudited(database, ledgers.of)) is not None:
            verdict.broken, verdict.event = NOT_THERE, lacking["_id"]
    return verdict


class _Ledgers:
    """The databases of the services that write, each opened once."""

    def __init__(self, stack: ExitStack, opened: Opened) -> None:
        self._stack = stack
        self._opened = opened
        self._kept: dict[str, Documents] = {}

    def of(self, writer: str) -> Documents:
        """A writer's database."""
        if writer not in self._kept:
            self._kept[writer] = self._stack.enter_context(self._opened(writer))
        return self._kept[writer]


def _broken(verdict: Verdict, steps: Walk, broken: str, link: Link | None) -> Verdict:
    verdict.entries, verdict.head = steps.number, steps.hash
    verdict.broken = str(broken)
    verdict.at = link["_id"] if link is not None and broken != Break.MISSING else steps.number + 1
    verdict.event = link.get("event") if link is not None else None
    return verdict


def _in_parts(database: Documents, last: int | None) -> Iterator[list[dict[str, Any]]]:
    query = {"_id": {"$lte": last}} if last is not None else {}
    part: list[dict[str, Any]] = []
    for link in database[AUDIT].find(query, batch_size=_AT_ONCE).sort("_id", 1):
        part.append(link)
        if len(part) == _AT_ONCE:
            yield part
            part = []
    if part:
        yield part


def _compare(links: Sequence[Link], ledgers: _Ledgers, verdict: Verdict) -> Link | None:
    """Hold links against the ledgers of those who wrote the events; the first whose event is another."""
    by_writer: dict[str, dict[str, Link]] = defaultdict(dict)
    for link in links:
        place = position_id(link["topic"], link["key"], link["sequence"])
        by_writer[topics.named(link["topic"]).writer][place] = link
    wrong: list[Link] = []
    for writer, placed in by_writer.items():
        found = _hashes(ledgers.of(writer), sorted(placed))
        verdict.compared += len(found)
        verdict.absent += len(placed) - len(found)
        wrong += [placed[place] for place, sha256 in found.items() if placed[place]["sha256"] != sha256]
    return min(wrong, key=lambda link: int(link["_id"]), default=None)


def _hashes(ledgers: Documents, places: Sequence[str]) -> dict[str, str]:
    found: dict[str, str] = {}
    for start in range(0, len(places), _CHUNK):
        query = {"_id": {"$in": list(places[start : start + _CHUNK])}}
        for entry in ledgers[LEDGER].find(query, {"value": 1}):
            found[entry["_id"]] = hashlib.sha256(bytes(entry["value"])).hexdigest()
    return found


def entries(database: Documents, query: dict[str, Any], before: int | None, most: int) -> list[dict[str, Any]]:
    """The newest entries that match, at most `most`, older than number `before`."""
    wanted = {**query, **({"_id": {"$lt": before}} if before is not None else {})}
    return list(database[AUDIT].find(wanted).sort("_id", -1).limit(most))
