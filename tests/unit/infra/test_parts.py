"""The parts of the embedded stack and what they are told."""

from pathlib import Path

import pytest

from infra.local.home import Home
from infra.local.keys import StackKeys
from infra.local.part import Part, Stage
from infra.local.parts import only, stages
from infra.local.ports import SERVICES, Ports


@pytest.fixture
def plan(tmp_path: Path) -> tuple[Stage, ...]:
    """The stages of a stack on port 8400."""
    keys = _keys(tmp_path)
    return stages(Ports(8400), Home(tmp_path), keys)


@pytest.fixture
def plan_on_apache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Stage, ...]:
    """The same with BROKER=apache."""
    monkeypatch.setenv("BROKER", "apache")
    keys = _keys(tmp_path)
    return stages(Ports(8400), Home(tmp_path), keys)


def _keys(folder: Path) -> StackKeys:
    installation = "0a0b0c0d-0000-4000-8000-000000000000"
    return StackKeys(folder / "platform.key", folder / "web.secret", folder / "secrets.key", installation)


def part(plan: tuple[Stage, ...], name: str) -> Part:
    """One part by its name."""
    return next(part for stage in plan for part in stage.parts if part.name == name)


def test_the_stages_follow_each_other(plan: tuple[Stage, ...]) -> None:
    """Nothing starts before what it stands on."""
    assert [stage.name for stage in plan] == ["database", "broker", "topics", "services"]
    assert {part.name for part in plan[-1].parts} == {"issuer", *SERVICES}
    assert [stage.carries_the_rest for stage in plan] == [False, True, False, False]


@pytest.mark.parametrize("service", SERVICES)
def test_every_service_is_told_where_the_others_are(plan: tuple[Stage, ...], service: str) -> None:
    """Broker, database, its own health port and the installation are in each service's environment."""
    environment = part(plan, service).environment
    assert environment["APPSTORE_KAFKA"] == "127.0.0.1:8410"
    assert environment["APPSTORE_MONGO"].startswith("mongodb://127.0.0.1:8411/")
    assert environment["APPSTORE_HEALTH_PORT"] == str(8402 + SERVICES.index(service))
    assert environment["APPSTORE_ORIGIN"] == "0a0b0c0d-0000-4000-8000-000000000000"
    assert len(environment["APPSTORE_OIN"]) == 20


def test_only_the_gateway_and_the_issuer_know_secrets(plan: tuple[Stage, ...]) -> None:
    """The file with the platform's key is named to the gateway alone."""
    told = [part.name for stage in plan for part in stage.parts if "APPSTORE_PLATFORM_KEY_FILE" in part.environment]
    assert told == ["gateway"]


def test_some_parts_can_be_chosen(plan: tuple[Stage, ...]) -> None:
    """A test that needs a log and a database starts no services."""
    assert [stage.name for stage in only(plan, frozenset({"database", "broker"}))] == ["database", "broker"]


def test_an_unknown_part_is_named(plan: tuple[Stage, ...]) -> None:
    """A typing mistake does not start an empty stack."""
    with pytest.raises(ValueError, match="no such part: databse"):
        only(plan, frozenset({"databse"}))


def test_a_replica_is_its_service_again_under_a_name_and_ports_of_its_own(tmp_path: Path) -> None:
    """Each replica knows its name, and a further gateway answers on a port of its own under the same public address."""
    keys = _keys(tmp_path)
    doubled = stages(Ports(8400, {"gateway": 2}), Home(tmp_path), keys)
    first, second = part(doubled, "gateway"), part(doubled, "gateway-2")
    assert first.command == second.command
    assert [one.environment["APPSTORE_REPLICA"] for one in (first, second)] == ["gateway", "gateway-2"]
    assert [one.environment["APPSTORE_PORT"] for one in (first, second)] == ["8400", "8420"]
    assert first.environment["APPSTORE_PUBLIC_URL"] == second.environment["APPSTORE_PUBLIC_URL"]
    assert {one.name for one in only(doubled, frozenset({"gateway"}))[0].parts} == {"gateway", "gateway-2"}


def test_services_ride_out_the_death_of_a_broker_that_keeps_its_log(plan_on_apache: tuple[Stage, ...]) -> None:
    """Apache Kafka's log is below the stack's data, so nothing after it starts anew."""
    assert [stage.carries_the_rest for stage in plan_on_apache] == [False] * 4
    assert str(Path("data", "kafka")) in " ".join(part(plan_on_apache, "broker").command)


def test_apache_kafka_gets_what_it_can_do_and_asks_for(plan_on_apache: tuple[Stage, ...]) -> None:
    """Producers are idempotent there, and a session is not shorter than the broker allows."""
    environment = part(plan_on_apache, "catalog").environment
    assert environment["APPSTORE_IDEMPOTENT"] == "true"
    assert int(environment["APPSTORE_SESSION_TIMEOUT_MS"]) >= 6000


def test_an_unknown_broker_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A typing mistake does not start another broker than the one asked for."""
    monkeypatch.setenv("BROKER", "redpanda")
    keys = _keys(tmp_path)
    with pytest.raises(ValueError, match="BROKER=redpanda is not known"):
        stages(Ports(8400), Home(tmp_path), keys)
