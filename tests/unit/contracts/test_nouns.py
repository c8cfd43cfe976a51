"""Values on the wire: camelCase, frozen, tolerant of what they do not know, strict about what they do."""

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from pydantic import ValidationError

from contracts.apps.facts import Fact, Source
from contracts.apps.resources import Resources
from contracts.apps.spec import Container
from contracts.deployments.environment import Environment
from contracts.noun import write_time
from contracts.refusals import Refusal

TEAM = "01936c7e-0000-7000-8000-000000000004"


def container(**changed: object) -> Container:
    """A container, wrong in one place."""
    right = {"name": "app", "image": "registry.example.org/app:1", "resources": {"cpu": "1", "memory": "1Gi"}}
    return Container.model_validate(right | changed)


def test_names_are_camel_case_on_the_wire_and_read_in_both_ways() -> None:
    """Python's names and the wire's names read the same value; the wire's are written."""
    source = Source(uri="https://example.org", seen=date(2026, 11, 24))
    fact = Fact[bool](value=True, source=source, valid_until=date(2027, 1, 1))
    assert '"validUntil":"2027-01-01"' in fact.model_dump_json()
    assert Fact[bool].model_validate_json(fact.model_dump_json()) == fact


def test_a_value_does_not_change() -> None:
    """What was said can't be altered by whoever holds it."""
    with pytest.raises(ValidationError):
        Resources(cpu="1", memory="1Gi").cpu = "2"


def test_a_time_is_written_in_utc() -> None:
    """Whatever its offset was, a time is written with Z and milliseconds."""
    here = datetime(2026, 11, 24, 9, 30, 0, 123_456, tzinfo=timezone(timedelta(hours=1)))
    assert write_time(here) == "2026-11-24T08:30:00.123Z"
    assert write_time(datetime(2026, 1, 1, tzinfo=UTC)) == "2026-01-01T00:00:00.000Z"


def test_a_fact_says_something() -> None:
    """A value or a reason why it does not apply, and never both or neither; a source names a place."""
    source = Source(uri="https://example.org", seen=date(2026, 11, 24))
    for wrong in ({}, {"value": True, "not_applicable": "no AI in it"}):
        with pytest.raises(ValidationError):
            Fact[bool].model_validate({**wrong, "source": source})
    with pytest.raises(ValidationError):
        Source(repository="https://example.org", seen=date(2026, 11, 24))
    with pytest.raises(ValidationError):
        Source(uri="https://example.org", seen=date(2026, 11, 24), quote="word " * 21)


@pytest.mark.parametrize(
    "changed",
    [
        {"name": "App"}, {"name": "a" * 64}, {"image": "Not An Image"}, {"image": "-x"}, {"user": 0},
        {"resources": {"cpu": "a lot", "memory": "1Gi"}}, {"resources": {"cpu": "1", "memory": "1 gigabyte"}},
        {"env": {"NOT-A-NAME": "x"}}, {"env": {"A": "x" * 4097}}, {"ports": [{"name": "http", "number": 70_000}]},
        {"mounts": [{"volume": "data", "path": "relative"}]}, {"readiness": {"port": "http", "path": "no-slash"}},
    ],
)  # fmt: skip
def test_what_kubernetes_would_refuse_is_refused_here(changed: dict[str, object]) -> None:
    """Names, images, quantities, ports and users have Kubernetes's bounds or stricter ones; root is nobody."""
    assert container().user > 0
    with pytest.raises(ValidationError):
        container(**changed)


def test_a_place_has_a_team_and_a_cluster() -> None:
    """An environment without ids is none."""
    right = {"name": "test", "team": TEAM, "cluster": TEAM, "namespace": "team-a-test"}
    assert Environment.model_validate(right).name == "test"
    with pytest.raises(ValidationError):
        Environment.model_validate({**right, "team": "Team Blue"})


def test_a_refusal_carries_its_code_and_parameters() -> None:
    """The code is the class's, the parameters fill the reader's sentence."""

    class TooEarly(Refusal):
        code = "too-early"

    refusal = TooEarly(hours=3)
    assert (refusal.code, refusal.params) == ("too-early", {"hours": 3})
