"""A raw message as a document, for the two places that keep one: waiting and held."""

from typing import Any

from chassis.mongo import Document
from chassis.wire import RawMessage


def to_document(raw: RawMessage) -> Document:
    """The message's own fields; whoever stores it adds an `_id` and why."""
    return {
        "topic": raw.topic,
        "partition": raw.partition,
        "offset": raw.offset,
        "epoch": raw.epoch,
        "key": raw.key,
        "value": raw.value,
        "headers": [[name, value] for name, value in raw.headers],
    }


def to_message(document: dict[str, Any]) -> RawMessage:
    """The message in a document."""
    return RawMessage(
        document["topic"],
        document["partition"],
        document["offset"],
        document["key"],
        document["value"],
        tuple((name, bytes(value)) for name, value in document["headers"]),
        document["epoch"],
    )
