"""The three addresses of a service: it lives, it can work or says why not, and what it counts."""

import time

import httpx
import pytest

from chassis import telemetry
from chassis.health import Readiness, health_app


@pytest.fixture
def readiness() -> Readiness:
    """A service that begins."""
    return Readiness("catalog")


async def ask(readiness: Readiness, path: str) -> httpx.Response:
    """What the service answers."""
    transport = httpx.ASGITransport(app=health_app(readiness))
    async with httpx.AsyncClient(transport=transport, base_url="http://service") as client:
        return await client.get(path)


async def test_a_service_that_begins_lives_and_is_not_ready(readiness: Readiness) -> None:
    """Alive from the first moment; ready only when nothing stands in the way, and until then with the reasons."""
    assert (await ask(readiness, "/health")).status_code == 200
    answer = await ask(readiness, "/ready")
    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert answer.json()["reasons"]


async def test_readiness_is_the_absence_of_reasons(readiness: Readiness) -> None:
    """Each part sets and clears its own reason; one is enough to be not ready."""
    readiness.clear("start")
    assert (await ask(readiness, "/ready")).status_code == 200
    readiness.set("broker", "the broker does not answer")
    readiness.set("gap", "a message is missing")
    readiness.clear("gap")
    assert (await ask(readiness, "/ready")).json()["reasons"] == ["the broker does not answer"]
    readiness.clear("broker")
    readiness.clear("never set")
    assert (await ask(readiness, "/ready")).status_code == 200


async def test_the_report_has_the_figures_that_operators_read(readiness: Readiness) -> None:
    """Lag, backlog, held and waiting are whole numbers, the epoch is named."""
    readiness.epoch = "an-epoch"
    telemetry.HELD.set(2)
    telemetry.LEADER.set(0)
    report = (await ask(readiness, "/ready")).json()
    telemetry.HELD.set(0)
    figures = {"lag", "backlog", "held", "oldestHeldSeconds", "waiting", "term", "partitions"}
    assert set(report) == {"service", "ready", "reasons", "notes", "epoch", "role", *figures}
    assert report["role"] == "standby"
    assert (report["held"], report["epoch"], report["service"]) == (2, "an-epoch", "catalog")


async def test_a_held_message_is_told_and_takes_no_replica_out_of_service(readiness: Readiness) -> None:
    """Ready all the same, with how many, since when, and the command that shows them; nothing when none is held."""
    readiness.clear("start")
    assert (await ask(readiness, "/ready")).json()["notes"] == []
    telemetry.HELD.set(2)
    telemetry.held_since(time.time() - 90)
    answer = await ask(readiness, "/ready")
    telemetry.HELD.set(0)
    telemetry.held_since(None)
    assert (answer.status_code, answer.json()["oldestHeldSeconds"]) == (200, 90)
    assert answer.json()["notes"] == ["held: 2 messages, the oldest for 90 s; appstore held list catalog"]


async def test_figures_are_for_prometheus(readiness: Readiness) -> None:
    """The text format, with every figure of the chassis under its own prefix."""
    answer = await ask(readiness, "/metrics")
    assert answer.headers["content-type"].startswith("text/plain")
    names = [line.split()[2] for line in answer.text.splitlines() if line.startswith("# TYPE")]
    held = {"messages", "oldest_seconds", "redriven_total", "skipped_total"}
    assert {f"appstore_held_{figure}" for figure in held} <= set(names)
    assert all(name.startswith("appstore_") for name in names)
