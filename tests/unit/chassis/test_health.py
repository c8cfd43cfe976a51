"""The three addresses of a service: it lives, it can work or says why not, and what it counts."""

import pytest
from starlette.testclient import TestClient

from chassis import telemetry
from chassis.health import Readiness, health_app


@pytest.fixture
def readiness() -> Readiness:
    """A service that begins."""
    return Readiness("catalog")


def test_a_service_that_begins_lives_and_is_not_ready(readiness: Readiness) -> None:
    """Alive from the first moment; ready only when nothing stands in the way, and until then with the reasons."""
    client = TestClient(health_app(readiness))
    assert client.get("/health").status_code == 200
    answer = client.get("/ready")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert answer.json()["reasons"]


def test_readiness_is_the_absence_of_reasons(readiness: Readiness) -> None:
    """Each part sets and clears its own reason; one is enough to be not ready."""
    client = TestClient(health_app(readiness))
    readiness.clear("start")
    assert client.get("/ready").status_code == 200
    readiness.set("broker", "the broker does not answer")
    readiness.set("gap", "a message is missing")
    readiness.clear("gap")
    assert client.get("/ready").json()["reasons"] == ["the broker does not answer"]
    readiness.clear("broker")
    readiness.clear("never set")
    assert client.get("/ready").status_code == 200


def test_the_report_has_the_figures_that_operators_read(readiness: Readiness) -> None:
    """Lag, backlog, held and waiting are whole numbers, the epoch is named."""
    readiness.epoch = "an-epoch"
    telemetry.HELD.set(2)
    report = TestClient(health_app(readiness)).get("/ready").json()
    telemetry.HELD.set(0)
    assert set(report) == {"service", "ready", "reasons", "lag", "backlog", "held", "waiting", "epoch"}
    assert (report["held"], report["epoch"], report["service"]) == (2, "an-epoch", "catalog")


def test_figures_are_for_prometheus(readiness: Readiness) -> None:
    """The text format, with every figure of the chassis under its own prefix."""
    answer = TestClient(health_app(readiness)).get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    names = [line.split()[2] for line in answer.text.splitlines() if line.startswith("# TYPE")]
    assert "appstore_held_messages" in names
    assert all(name.startswith("appstore_") for name in names)
