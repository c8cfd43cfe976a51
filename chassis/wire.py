"""A message as it came from Kafka, and its reading: bytes and headers in, an `Event` or the reason it is none.

The chassis receives raw bytes and reads them itself, so that what can't be read is held like anything else that fails.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from contracts import topics
from contracts.envelope import SEQUENCE_DIGITS, WIRE_LIMIT, Context, EnvelopeError, Event
from contracts.messages import all_messages
from contracts.upcasters import UPCASTERS

MESSAGES = all_messages()
READ_LIMIT = 4 * WIRE_LIMIT
"""Largest message that is read, in bytes; the profile asks for at least 64 KB."""

_LONGEST_KEY = 256


class Unreadable(Exception):  # noqa: N818 - an answer
    """The message can't be read. `code` is one of: too-large, bad-envelope, unknown-type, wrong-topic, bad-data."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code
        self.detail = detail


@dataclass(frozen=True, slots=True)
class RawMessage:
    """What the broker delivered, untouched."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes
    headers: tuple[tuple[str, bytes], ...]
    epoch: str

    @property
    def key_text(self) -> str | None:
        """The key as text, None when there is none or it is not UTF-8."""
        try:
            return self.key.decode() if self.key is not None else None
        except UnicodeDecodeError:
            return None

    @property
    def fingerprint(self) -> str:
        """SHA-256 of topic, key, headers and value: what tells two messages without a sequence apart."""
        digest = hashlib.sha256()
        for part in (
            self.topic.encode(),
            self.key or b"",
            *(n.encode() + b"=" + v for n, v in self.headers),
            self.value,
        ):
            digest.update(len(part).to_bytes(4, "big") + part)
        return digest.hexdigest()


def raw_message(record: Any, epoch: str) -> RawMessage:
    """A record of aiokafka as the chassis carries it; a header without a value becomes an empty one."""
    headers = tuple((name, bytes(value or b"")) for name, value in record.headers)
    return RawMessage(record.topic, record.partition, record.offset, record.key, record.value or b"", headers, epoch)


def claimed_number(raw: RawMessage) -> int | None:
    """The sequence a message says it has, though its envelope can't be read; None when it does not say so clearly.

    What says that it is not from the topic's writer has none: the place is the writer's.
    """
    said = dict(raw.headers)
    source = said.get("ce_source")
    if source is not None and not _is_from_writer(raw.topic, source.decode(errors="replace")):
        return None
    number = said.get("ce_sequence", b"")
    if raw.key is None or said.get("ce_subject") != raw.key or len(raw.key) > _LONGEST_KEY:
        return None
    return int(number) or None if len(number) == SEQUENCE_DIGITS and number.isdigit() else None


def read_context(raw: RawMessage) -> Context:
    """The envelope of a message. Raises Unreadable."""
    try:
        context = Context.from_headers(raw.headers)
    except EnvelopeError as error:
        raise Unreadable("bad-envelope", str(error)) from error
    if context.subject != raw.key_text:
        raise Unreadable("bad-envelope", "the subject is not the message's key")
    if not _is_from_writer(raw.topic, context.source):
        raise Unreadable("wrong-topic", "the source is not the topic's writer")
    return context


def _is_from_writer(topic: str, source: str) -> bool:
    """Whether a source is that of the one service that writes this topic (rule 1 of the log)."""
    return source.endswith(f":appstore-{topics.named(topic).writer}")


def read_event(raw: RawMessage, context: Context) -> Event[Any]:
    """The event of a message whose envelope was read. Raises Unreadable."""
    if len(raw.value) > READ_LIMIT:
        raise Unreadable("too-large", f"{len(raw.value)} bytes; at most {READ_LIMIT} are read")
    upcaster = UPCASTERS.get(context.type)
    kind = upcaster.to if upcaster is not None else MESSAGES.get(context.type)
    if kind is None:
        raise Unreadable("unknown-type", f"no class for {context.type}")
    if topics.named(raw.topic).subject != kind.topic.subject:
        raise Unreadable("wrong-topic", f"{context.type} does not belong on {raw.topic}")
    try:
        if upcaster is None:
            return Event(context, kind.model_validate_json(raw.value))
        return Event(context, kind.model_validate_json(json.dumps(upcaster.data(context, _object(raw.value)))))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"])) or "the data"
        raise Unreadable("bad-data", f"{where}: {first['msg']} ({error.error_count()} in all)") from error


def read_stored(entry: Mapping[str, Any]) -> Event[Any]:
    """The event of a ledger's entry, as a reader of today sees it. Raises Unreadable."""
    headers = tuple((name, content.encode()) for name, content in entry["headers"])
    key, value = str(entry["key"]).encode(), bytes(entry["value"])
    raw = RawMessage(entry["topic"], entry["partition"], -1, key, value, headers, "")
    return read_event(raw, read_context(raw))


def _object(value: bytes) -> dict[str, Any]:
    """The JSON object in these bytes. Raises Unreadable."""
    try:
        found = json.loads(value)
    except ValueError as error:
        raise Unreadable("bad-data", f"the data: {error}") from error
    if not isinstance(found, dict):
        raise Unreadable("bad-data", "the data: not an object")
    return found
