"""Reading a message: an event, or a code that says why it is none."""

import inspect
import re
from types import SimpleNamespace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis import wire
from chassis.ledger import new_id
from chassis.wire import READ_LIMIT, RawMessage, Unreadable, raw_message, read_context, read_event
from contracts.envelope import Context
from contracts.held import UNREADABLE
from tests.fakes.chassis_messages import Sent, app_published, sent


def reason(message: Sent) -> str:
    """The code of what can't be read."""
    raw = message.arrived()
    with pytest.raises(Unreadable) as refused:
        read_event(raw, read_context(raw))
    return refused.value.code


def test_a_right_message_is_read_whole() -> None:
    """Data and envelope come out as they were written."""
    payload = app_published(new_id())
    raw = sent(payload, 3).arrived()
    event = read_event(raw, read_context(raw))
    assert (event.data, event.context.number) == (payload, 3)


def test_each_fault_has_its_code() -> None:
    """Too large, no JSON, another shape, an unknown type and a type of another topic are told apart."""
    right = sent(app_published(new_id()))
    assert reason(right.with_(value=b"x" * (READ_LIMIT + 1))) == "too-large"
    assert reason(right.with_(value=b'{"broken')) == "bad-data"
    assert reason(right.with_(value=b'{"app": 1}')) == "bad-data"
    assert reason(right.with_header("ce_type", b"nl.appstore.app.exploded.v1")) == "unknown-type"
    assert reason(right.with_header("ce_type", b"nl.appstore.review.submitted.v1")) == "wrong-topic"


@pytest.mark.parametrize("missing", ["ce_id", "ce_source", "ce_type", "ce_subject", "ce_time", "ce_sequence", "ce_hlc"])
def test_a_missing_attribute_is_named(missing: str) -> None:
    """The detail names the attribute that is not there, for whoever looks at a held message."""
    with pytest.raises(Unreadable, match=missing.removeprefix("ce_")) as refused:
        read_context(sent(app_published(new_id())).without_header(missing).arrived())
    assert refused.value.code == "bad-envelope"


def test_the_detail_of_bad_data_holds_no_data() -> None:
    """What was wrong is said without repeating what was sent, because it may be personal."""
    raw = sent(app_published(new_id())).with_(value=b'{"app": "a-very-private-thing"}').arrived()
    with pytest.raises(Unreadable) as refused:
        read_event(raw, read_context(raw))
    assert "private" not in refused.value.detail


def test_a_field_from_the_future_is_passed_over() -> None:
    """A newer writer's extra field, in the data or in the envelope, stops nobody."""
    right = sent(app_published(new_id()))
    value = (right.value or b"").replace(b'{"app"', b'{"fromTheFuture":[1],"app"', 1)
    raw = right.with_(value=value).with_header("ce_fromthefuture", b"1").arrived()
    assert read_event(raw, read_context(raw)).data.name == "an-app"


headers = st.lists(
    st.tuples(st.sampled_from(["ce_id", "ce_type", "ce_x", "content-type"]), st.binary(max_size=20)), max_size=6
)


@given(key=st.one_of(st.none(), st.binary(max_size=20)), value=st.binary(max_size=50), found=headers)
def test_no_bytes_at_all_break_the_reader(key: bytes | None, value: bytes, found: list[tuple[str, bytes]]) -> None:
    """Whatever arrives is read or Unreadable, and never anything else."""
    raw = RawMessage("catalog.apps", 0, 0, key, value, tuple(found), "epoch")
    with pytest.raises(Unreadable):
        read_event(raw, read_context(raw))
    assert len(raw.fingerprint) == 64


def test_fingerprints_tell_messages_apart() -> None:
    """Messages that differ in any part, also in where a part ends, have other fingerprints."""
    base = RawMessage("catalog.apps", 0, 0, b"a", b"bc", (("h", b"1"),), "epoch")
    others = [
        RawMessage("catalog.apps", 0, 0, b"ab", b"c", (("h", b"1"),), "epoch"),
        RawMessage("catalog.rules", 0, 0, b"a", b"bc", (("h", b"1"),), "epoch"),
        RawMessage("catalog.apps", 0, 0, b"a", b"bc", (("h", b"2"),), "epoch"),
    ]
    assert len({message.fingerprint for message in [base, *others]}) == 4
    assert base.fingerprint == RawMessage("catalog.apps", 3, 9, b"a", b"bc", (("h", b"1"),), "other").fingerprint


def test_an_envelope_survives_the_wire() -> None:
    """Written to headers and read back, every attribute is the same."""
    team, actor = new_id(), new_id()
    message = sent(
        app_published(new_id()), team=team, actor=actor, actorroles="developer,devops", generation="0" * 11 + "7"
    )
    context = read_context(message.arrived())
    assert Context.from_headers(context.to_headers()) == context
    assert (context.team, context.actor, context.generation_number) == (team, actor, 7)


def test_a_record_with_nothing_in_it_is_carried_all_the_same() -> None:
    """A header without a value, a message without a value and one without a key arrive as empty, not as a crash."""
    record = SimpleNamespace(
        topic="catalog.apps", partition=1, offset=7, key=None, value=None, headers=(("ce_id", None),)
    )
    raw = raw_message(record, "an-epoch")
    assert (raw.headers, raw.value, raw.key_text, raw.epoch) == ((("ce_id", b""),), b"", None, "an-epoch")
    with pytest.raises(Unreadable):
        read_context(raw)


def test_the_reasons_for_what_cant_be_read_are_in_the_contracts() -> None:
    """The gateway tells by them which request can have no answer."""
    source = inspect.getsource(wire)
    assert set(re.findall(r'Unreadable\("([a-z-]+)"', source)) == UNREADABLE
