"""Reads the held messages of a service, as the chassis stored them (`chassis.held`): whole, with why."""

import base64
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from pymongo.database import Database

from chassis.held import HELD

MOST = 1000
"""Held messages that one list shows at most."""


@dataclass(frozen=True)
class HeldMessage:
    """One message that a service could not handle. `behind` counts the later ones of its key that queue behind it."""

    id: str
    service: str
    topic: str
    partition: int
    offset: int
    epoch: str
    key: bytes | None
    reason: str
    detail: str
    status: str
    since: datetime
    behind: int
    headers: tuple[tuple[str, bytes], ...]
    value: bytes
    attempts: int = 1

    def attribute(self, name: str) -> str | None:
        """An attribute of the envelope as text, None when it is not there or not UTF-8."""
        value = dict(self.headers).get(f"ce_{name}")
        return readable(value) if value else None

    @property
    def key_text(self) -> str | None:
        """The key as people read it; what is not UTF-8 is shown as its hexadecimal digits."""
        return None if self.key is None else readable(self.key) or self.key.hex()

    def summary(self) -> dict[str, Any]:
        """A row of the list, for programs."""
        return {
            "id": self.id,
            "service": self.service,
            "topic": self.topic,
            "key": self.key_text,
            "reason": self.reason,
            "status": self.status,
            "since": self.since.isoformat().replace("+00:00", "Z"),
            "queuedBehind": self.behind,
            "attempts": self.attempts,
        }

    def whole(self) -> dict[str, Any]:
        """Everything about it, for programs; bytes are base64."""
        return {
            **self.summary(),
            "partition": self.partition,
            "offset": self.offset,
            "epoch": self.epoch,
            "detail": self.detail,
            "keyBase64": None if self.key is None else _base64(self.key),
            "headers": [{"name": name, "valueBase64": _base64(value)} for name, value in self.headers],
            "valueBase64": _base64(self.value),
        }


def held_by(service: str, database: Database[dict[str, Any]]) -> list[HeldMessage]:
    """What a service holds, longest first: the messages that failed, not those that only queue behind one."""
    found = database[HELD].find({"status": "held"}).sort("since", 1).limit(MOST)
    queued = database[HELD].find({"status": "queued"}, {"topic": 1, "key_text": 1})
    behind = Counter((one["topic"], one["key_text"]) for one in queued)
    return [_read(service, document, behind) for document in found]


def held_message(service: str, held: str, database: Database[dict[str, Any]]) -> HeldMessage | None:
    """One message by its id, whether it failed or queues behind one that did."""
    document = database[HELD].find_one({"held": held})
    if document is None:
        return None
    place = (document["topic"], document["key_text"])
    later = {"status": "queued", "topic": place[0], "key_text": place[1], "since": {"$gt": document["since"]}}
    counted = 0 if place[1] is None else database[HELD].count_documents(later)
    return _read(service, document, {place: counted})


def readable(content: bytes) -> str | None:
    """The bytes as text; None when they are not UTF-8."""
    try:
        return content.decode()
    except UnicodeDecodeError:
        return None


def hexdump(content: bytes) -> Iterable[str]:
    """Sixteen bytes a line: offset, digits, and the printable ASCII signs."""
    for start in range(0, len(content), 16):
        line = content[start : start + 16]
        signs = "".join(chr(byte) if 0x20 <= byte < 0x7F else "." for byte in line)  # noqa: PLR2004 - printable ASCII
        yield f"{start:08x}  {line.hex(' '):<47}  |{signs}|"


def _read(service: str, document: dict[str, Any], behind: Mapping[tuple[str, str | None], int]) -> HeldMessage:
    place = (document["topic"], document["key_text"])
    return HeldMessage(
        id=document["held"],
        service=service,
        topic=document["topic"],
        partition=document["partition"],
        offset=document["offset"],
        epoch=document["epoch"],
        key=None if document["key"] is None else bytes(document["key"]),
        reason=document["reason"],
        detail=document["detail"],
        status=document["status"],
        since=document["since"],
        behind=0 if place[1] is None else behind.get(place, 0),
        headers=tuple((name, bytes(value)) for name, value in document["headers"]),
        value=bytes(document["value"]),
        attempts=document.get("attempts", 1),
    )


def _base64(content: bytes) -> str:
    return base64.b64encode(content).decode()
