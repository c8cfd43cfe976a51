"""Messages made by hand, as any writer on the wire could send them: right ones, and wrong in one place."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chassis.ledger import new_id
from chassis.wire import RawMessage
from contracts.apps.events import AppPublished
from contracts.community.requests import ReviewSubmitted
from contracts.envelope import Context, Event, padded
from contracts.noun import Text
from contracts.payload import Payload
from contracts.people import Personal

OIN = "00000000000000000000"
EPOCH = "an-epoch"


def app_published(app: str, title: str = "An app") -> AppPublished:
    """An app in the catalog."""
    return AppPublished(app=app, name="an-app", title=title, summary=Text(nl="Een app.", en="An app."))


def review_submitted(app: str, *, review: str | None = None, rating: int = 4, seconds: float = 60) -> ReviewSubmitted:
    """A review of an app, to be answered within so many seconds from now."""
    text = Personal(person=new_id(), key=new_id(), ciphertext="bm90IGEgc2VjcmV0")
    decide_by = datetime.now(UTC) + timedelta(seconds=seconds)
    return ReviewSubmitted(review=review or new_id(), app=app, rating=rating, text=text, decide_by=decide_by)


def context_of(payload: Payload, number: int = 1, **changed: Any) -> Context:
    """The envelope of a payload as its writer would make it."""
    now = datetime.now(UTC)
    made: dict[str, Any] = {
        "id": new_id(),
        "source": f"urn:nld:oin:{OIN}:systeem:appstore-{payload.topic.writer}",
        "type": payload.type_name(),
        "subject": payload.key,
        "time": now,
        "origin": new_id(),
        "correlationid": new_id(),
        "sequence": padded(number),
        "hlc": f"{int(now.timestamp() * 1000):013d}.00000",
        "dataclass": payload.data_class,
    }
    return Context(**made | changed)


def event_of(payload: Payload, number: int = 1, **changed: Any) -> Event[Any]:
    """An event as folds see it."""
    return Event(context_of(payload, number, **changed), payload)


@dataclass(frozen=True)
class Sent:
    """A message on its way to the broker."""

    topic: str
    partition: int
    key: bytes | None
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...]

    @classmethod
    def of(cls, event: Event[Any]) -> "Sent":
        """An event as its writer's relay sends it."""
        topic, key = event.data.topic, event.context.subject
        value = event.data.model_dump_json(exclude_none=True).encode()
        return cls(topic.name, topic.partition_of(key), key.encode(), value, tuple(event.context.to_headers()))

    def with_(self, **changed: Any) -> "Sent":
        """The same, wrong in one place."""
        return replace(self, **changed)

    def without_header(self, name: str) -> "Sent":
        """The same without one header."""
        return replace(self, headers=tuple(header for header in self.headers if header[0] != name))

    def with_header(self, name: str, value: bytes) -> "Sent":
        """The same with one header changed or added."""
        return replace(self, headers=(*self.without_header(name).headers, (name, value)))

    def arrived(self, offset: int = 0) -> RawMessage:
        """As the broker would deliver it."""
        return RawMessage(self.topic, self.partition, offset, self.key, self.value or b"", self.headers, EPOCH)


def sent(payload: Payload, number: int = 1, **changed: Any) -> Sent:
    """A message with this payload, as its writer's relay would send it."""
    return Sent.of(event_of(payload, number, **changed))
