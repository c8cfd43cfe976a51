"""Appends what happened to the audit log: the gateway's first reactor.

The entries, the head and the reactor's cursors are one transaction. Replicas contend for the head: one moves it, the
others find it moved, and begin again behind it.
"""

from collections.abc import Sequence

from chassis.errors import Conflict
from chassis.ledger import Motion
from chassis.motions import React
from chassis.reactor import Heard
from contracts import topics
from contracts.noun import write_time
from services.gateway.audit.chain import GENESIS, sealed
from services.gateway.audit.entry import Document, entry_of
from services.gateway.audit.store import AUDIT, HEAD, HEADS


async def append(heard: Sequence[Heard], motion: Motion) -> None:
    """Put an entry for each audited event at the end of the chain."""
    recorded = write_time(motion.clock.now())
    entries = [entry for one in heard if (entry := entry_of(one, recorded)) is not None]
    if not entries:
        return
    head = await motion.collection(HEADS).get(HEAD)
    number, last = (head["number"], head["hash"]) if head else (0, GENESIS)
    links: list[Document] = []
    for entry in entries:
        link = sealed(entry, number + len(links) + 1, last)
        links.append(link)
        last = link["hash"]
    for link in links:
        motion.at_the_end.insert(AUDIT, link, refused=Conflict())
    _move_head(motion, number, number + len(links), last)


def _move_head(motion: Motion, before: int, number: int, last: str) -> None:
    moved = {"number": number, "hash": last}
    if before == 0:
        motion.at_the_end.insert(HEADS, {"_id": HEAD, **moved}, refused=Conflict())
    else:
        motion.at_the_end.update(HEADS, {"_id": HEAD, "number": before}, {"$set": moved})


_OBSERVED = (topics.VERDICTS, topics.CLUSTERS)
"""Worked out or seen, not done by anybody."""

AUDITED = tuple(
    topic
    for topic in topics.ALL
    if "gateway" in topic.readers and topic.retention_ms is None and not topic.compacted and topic not in _OBSERVED
)
"""Everything on the log that somebody did or decided."""

AUDIT_LOG = React("audit", AUDITED, append)
