"""An entry of the ledger: one event as it is stored, ready to be published as it is.

`ledger` makes entries in a motion's transaction; `relay` publishes them; their ids name a place on the log.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from chassis.mongo import Document
from contracts.envelope import WIRE_LIMIT, Event, padded
from contracts.topics import Topic

LEDGER = "ledger"


class TooLarge(ValueError):  # noqa: N818 - says it all
    """An event would be over the 64 KB that may travel."""


def position_id(topic: str, key: str, sequence: int) -> str:
    """Where an event stands: `topic/key/sequence`, the form of `cause` and of ids in the database."""
    return f"{topic}/{key}/{padded(sequence)}"


def entries_of_key(topic: Topic, key: str) -> Document:
    """The query for all entries of one key; sorted by `_id` they are in the order of their sequences."""
    return {"_id": {"$gte": position_id(topic.name, key, 0), "$lt": f"{topic.name}/{key}0"}}


def ledger_entry(event: Event[Any], topic: Topic, recorded: datetime) -> Document:
    """The document of one event. Raises TooLarge over 64 KB."""
    value = event.data.model_dump_json(exclude_none=True).encode()
    headers = event.context.to_headers()
    size = len(value) + sum(len(name) + len(content) for name, content in headers)
    if size > WIRE_LIMIT:
        message = f"{event.context.type} is {size} bytes; at most {WIRE_LIMIT} may travel"
        raise TooLarge(message)
    context = event.context
    return {
        "_id": position_id(topic.name, context.subject, context.number),
        "topic": topic.name,
        "key": context.subject,
        "sequence": context.number,
        "partition": topic.partition_of(context.subject),
        "hlc": context.hlc,
        "headers": [[name, content.decode()] for name, content in headers],
        "value": value,
        "recorded": recorded,
        "unpublished": True,
    }


def in_order(entries: Sequence[Document]) -> list[Document]:
    """Entries by their stamps, and each key by its sequence, also where the clock was set back in between."""
    latest: dict[tuple[str, str], str] = {}
    placed = []
    for entry in sorted(entries, key=lambda entry: (entry["topic"], entry["key"], entry["sequence"])):
        place = (entry["topic"], entry["key"])
        latest[place] = max(entry["hlc"], latest.get(place, ""))
        placed.append((latest[place], *place, entry["sequence"], entry))
    return [entry for *_, entry in sorted(placed, key=lambda found: found[:4])]
