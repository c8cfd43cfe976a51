"""Events of earlier releases read as today's."""

import json
from datetime import UTC, datetime

import pytest

from chassis.ledger import new_id
from chassis.wire import RawMessage, Unreadable, read_context, read_event
from contracts.community.events import ReviewPublished
from contracts.messages import all_messages
from contracts.people import Personal
from contracts.upcasters import UPCASTERS
from tests.fakes.chassis_messages import sent

WRITTEN = datetime(2026, 5, 4, 3, 2, 1, tzinfo=UTC)


def review(**given: object) -> RawMessage:
    """A published review as it arrives."""
    text = Personal(person=new_id(), key=new_id(), ciphertext="bm90IGEgc2VjcmV0")
    payload = ReviewPublished(review=new_id(), app=new_id(), author=new_id(), rating=4, text=text)
    message = sent(payload)
    data = json.loads(message.value or b"{}") | given
    return message.with_(value=json.dumps(data).encode()).arrived()


def test_a_review_of_the_first_release_was_written_when_it_was_told() -> None:
    """Without a moment of writing, the event's own time is that moment; a moment that is there stays."""
    raw = review()
    event = read_event(raw, read_context(raw))
    assert abs((event.data.written_at - event.context.time).total_seconds()) < 0.001
    raw = review(writtenAt=WRITTEN.isoformat())
    assert read_event(raw, read_context(raw)).data.written_at == WRITTEN


@pytest.mark.parametrize("value", [b'{"broken', b"[1, 2]", b"null"])
def test_what_is_no_object_is_bad_data_for_an_upcaster_too(value: bytes) -> None:
    """Malformed data of a type with an upcaster is as unreadable as that of any other."""
    whole = review()
    raw = RawMessage(whole.topic, whole.partition, 0, whole.key, value, whole.headers, whole.epoch)
    with pytest.raises(Unreadable) as refused:
        read_event(raw, read_context(raw))
    assert refused.value.code == "bad-data"


def test_each_upcaster_leads_to_a_class_that_travels() -> None:
    """What an old event becomes is a message of today, on the topic on which the old one was."""
    for name, upcaster in UPCASTERS.items():
        assert all_messages()[upcaster.to.type_name()] is upcaster.to
        old = all_messages().get(name)
        assert old is None or old.topic.subject == upcaster.to.topic.subject
