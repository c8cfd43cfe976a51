"""The envelope in Kafka headers: exact, complete, and refused with the attribute that is wrong."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chassis.ledger import new_id
from contracts.envelope import Context, EnvelopeError, padded
from tests.fakes.chassis_messages import app_published, context_of

RIGHT = Context.from_headers(context_of(app_published(new_id())).to_headers())


def test_headers_are_cloudevents_in_binary_mode() -> None:
    """Every attribute is `ce_` and its name; the media type is `content-type`; absent ones are left out."""
    headers = dict(RIGHT.to_headers())
    assert headers["ce_specversion"] == b"1.0"
    assert headers["content-type"] == b"application/json"
    assert headers["ce_subject"].decode() == RIGHT.subject
    assert "ce_team" not in headers
    assert "ce_datacontenttype" not in headers


def test_the_time_is_utc_with_milliseconds() -> None:
    """RFC 3339 with Z and three decimals, as the NLGov rules for timestamps ask."""
    told = dict(RIGHT.to_headers())["ce_time"].decode()
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", told)


def test_the_trace_travels_under_both_its_names() -> None:
    """`traceparent` is an extension of CloudEvents and a header that tracing tools look for."""
    trace = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"
    headers = dict(RIGHT.model_copy(update={"traceparent": trace}).to_headers())
    assert headers["ce_traceparent"] == headers["traceparent"] == trace.encode()


@given(number=st.integers(1, 10**11), generation=st.one_of(st.none(), st.integers(1, 10**11)))
def test_numbers_sort_as_text(number: int, generation: int | None) -> None:
    """A padded sequence is read back as its number, and the next one sorts after it."""
    context = RIGHT.model_copy(
        update={"sequence": padded(number), "generation": padded(generation) if generation else None}
    )
    back = Context.from_headers(context.to_headers())
    assert (back.number, back.generation_number) == (number, generation or 0)
    assert padded(number) < padded(number + 1)


@pytest.mark.parametrize(
    ("attribute", "wrong"),
    [
        ("id", "7"),
        ("source", "https://example.org"),
        ("type", "DeploymentRequested"),
        ("subject", ""),
        ("time", "2026-11-24T08:30:00"),
        ("sequence", "1"),
        ("hlc", "now"),
        ("dataclass", "secret"),
        ("actor", "somebody@example.org"),
        ("team", "Team Blue"),
        ("actorroles", "Developer; drop table"),
        ("specversion", "0.3"),
        ("traceparent", "00-1-2-3"),
    ],
)
def test_a_wrong_attribute_is_named(attribute: str, wrong: str) -> None:
    """Each attribute has one form, and nothing that could name a person fits in one."""
    headers = dict(RIGHT.to_headers()) | {f"ce_{attribute}": wrong.encode()}
    with pytest.raises(EnvelopeError, match=attribute):
        Context.from_headers(headers.items())


def test_headers_of_others_are_passed_over() -> None:
    """What is no CloudEvents attribute, or one of a later version, stops nobody."""
    headers = [*RIGHT.to_headers(), ("x-tool", b"\xff"), ("ce_later", b"1")]
    assert Context.from_headers(headers) == RIGHT
