"""The envelope of every message: CloudEvents 1.0.2 in Kafka's binary mode, in the Dutch government's profile.

Frozen early, because a log that is kept for ever cannot change it. The chassis writes it when an event is recorded
and reads it back on arrival; handlers see it as `event.context`. Sources of the rules: CloudEvents 1.0.2 and its Kafka
binding, the NL GOV profile 1.1 (names of a-z and 0-9, at most 20 characters; no personal data in attributes).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Annotated, Generic, Literal, Self, TypeVar

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from contracts.identifiers import Uuid
from contracts.noun import Time
from contracts.payload import Payload

WIRE_LIMIT = 64 * 1024
"""Largest message on the wire, in bytes (NL GOV profile: publish at most 64 KB)."""

SEQUENCE_DIGITS = 12
_PREFIX = "ce_"
_DECIMAL = f"^[0-9]{{{SEQUENCE_DIGITS}}}$"

Sequence = Annotated[str, StringConstraints(pattern=_DECIMAL)]
Hlc = Annotated[str, StringConstraints(pattern=r"^[0-9]{13}\.[0-9]{5}$")]
"""Hybrid logical clock as text that sorts: milliseconds since 1970 and a counter."""


class EnvelopeError(ValueError):
    """The headers of a message are not an envelope. Its text says which attribute and why."""


class Context(BaseModel):
    """The context attributes of one event. `sequence` counts 1, 2, 3 … per topic and key, zero-padded.

    `time` is when the event was recorded, not when it happened. `cause` is topic/key/sequence of the message that was
    handled; there is none for what HTTP, a timer or a watch set off. `generation` is the sequence of the request this
    is about on `gateway.deployment-requests`.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    specversion: Literal["1.0"] = "1.0"
    id: Uuid
    source: Annotated[str, StringConstraints(pattern=r"^urn:nld:oin:[0-9]{20}:systeem:appstore-[a-z]+$")]
    type: Annotated[str, StringConstraints(pattern=r"^nl\.appstore\.[a-z]+(\.[a-z-]+)+\.v[0-9]+$")]
    subject: Annotated[str, StringConstraints(min_length=1, max_length=256)]
    time: Time
    datacontenttype: Literal["application/json"] = "application/json"
    dataschema: Annotated[str, StringConstraints(max_length=256)] | None = None
    origin: Uuid
    team: Uuid | None = None
    actor: Uuid | None = None
    actorroles: Annotated[str, StringConstraints(pattern=r"^[a-z,-]{0,200}$")] | None = None
    correlationid: Uuid
    causationid: Uuid | None = None
    cause: Annotated[str, StringConstraints(max_length=400)] | None = None
    sequence: Sequence
    hlc: Hlc
    generation: Sequence | None = None
    dataclass: Literal["public", "internal", "personal"]
    traceparent: Annotated[str, StringConstraints(pattern=r"^00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$")] | None = None

    @property
    def number(self) -> int:
        """The sequence as a number."""
        return int(self.sequence)

    @property
    def generation_number(self) -> int:
        """The generation as a number, 0 when the event names none."""
        return int(self.generation or 0)

    def to_headers(self) -> list[tuple[str, bytes]]:
        """Kafka headers in binary mode: `ce_<attribute>`, and `content-type` for the data's media type."""
        attributes = self.model_dump(mode="json", exclude_none=True, exclude={"datacontenttype"})
        headers = [(_PREFIX + name, str(value).encode()) for name, value in attributes.items()]
        headers.append(("content-type", self.datacontenttype.encode()))
        if self.traceparent is not None:
            headers.append(("traceparent", self.traceparent.encode()))
        return headers

    @classmethod
    def from_headers(cls, headers: Iterable[tuple[str, bytes]]) -> Self:
        """Read an envelope. Raises EnvelopeError naming the attribute that is missing or wrong."""
        attributes: dict[str, str] = {}
        for name, value in headers:
            if name.startswith(_PREFIX):
                try:
                    attributes[name.removeprefix(_PREFIX)] = value.decode()
                except (UnicodeDecodeError, AttributeError) as error:
                    message = f"header {name} is not UTF-8 text"
                    raise EnvelopeError(message) from error
        try:
            return cls.model_validate(attributes)
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            message = f"attribute {'.'.join(map(str, first['loc']))}: {first['msg']} ({error.error_count()} in all)"
            raise EnvelopeError(message) from error


def padded(number: int) -> str:
    """A sequence as it travels: zero-padded, so that it sorts as text."""
    return f"{number:0{SEQUENCE_DIGITS}d}"


P_co = TypeVar("P_co", bound=Payload, covariant=True)


@dataclass(frozen=True, slots=True)
class Event(Generic[P_co]):
    """One event as handlers and folds see it: the context attributes and the data."""

    context: Context
    data: P_co
