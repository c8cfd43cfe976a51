"""A service's life as its supervisor sees it: patient at the start, honest in /ready, quick and clean at the end."""

import asyncio
import signal
import subprocess
from typing import Any

import httpx
import pytest

from chassis.run import EXIT_EPOCH_CHANGED
from contracts import topics
from infra.kafka.provision import provision
from infra.local.ports import free_port
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess, ServiceProcess
from tests.fakes.chassis_service import until

pytestmark = [pytest.mark.integration, pytest.mark.kafka]

GRACE = 10
"""Seconds within which a service told to stop has stopped."""


async def report(address: str) -> dict[str, Any]:
    """What /ready says; nothing while nobody listens."""
    async with httpx.AsyncClient() as client:
        try:
            return dict((await client.get(f"{address}/ready")).json())
        except httpx.TransportError:
            return {}


async def is_ready(address: str) -> bool:
    """Whether the service says that it can do its work."""
    return bool((await report(address)).get("ready"))


async def ended(process: "subprocess.Popen[bytes]", within: float) -> int:
    """The exit code of a process that ends."""
    return await asyncio.to_thread(process.wait, within)


async def test_a_service_stops_within_ten_seconds_when_told(
    broker: BrokerProcess, database_process: DatabaseProcess
) -> None:
    """SIGTERM ends it with 0, after it finished what was in hand."""
    service = ServiceProcess("community", broker.bootstrap, database_process.url)
    with service as process:
        await until(lambda: is_ready(service.health), "the service is ready", within=30)
        process.send_signal(signal.SIGTERM)
        assert await ended(process, GRACE) == 0


@pytest.mark.kills
async def test_another_log_ends_a_service_with_75(broker: BrokerProcess, database_process: DatabaseProcess) -> None:
    """When the broker came back as another one, offsets mean nothing: it asks to be started again."""
    service = ServiceProcess("community", broker.bootstrap, database_process.url)
    with service as process:
        await until(lambda: is_ready(service.health), "the service is ready", within=30)
        await asyncio.to_thread(broker.replace)
        await provision(broker.bootstrap, topics.ALL)
        assert await ended(process, 20) == EXIT_EPOCH_CHANGED


@pytest.mark.kills
async def test_a_service_waits_for_its_broker_and_says_so(database_process: DatabaseProcess) -> None:
    """Started before the broker, it lives, names what it waits for, and becomes ready when the broker is there."""
    port = free_port()
    service = ServiceProcess("community", f"127.0.0.1:{port}", database_process.url)

    async def says_why() -> bool:
        return any("broker" in reason for reason in (await report(service.health)).get("reasons", []))

    with service:
        await until(says_why, "the reason is named", within=20)
        with BrokerProcess(port) as broker:
            await provision(broker.bootstrap, topics.ALL)
            await until(lambda: is_ready(service.health), "the service is ready", within=30)


async def test_a_service_that_waits_can_be_told_to_stop(database_process: DatabaseProcess) -> None:
    """A service without a broker ends as quickly as one that works."""
    service = ServiceProcess("community", f"127.0.0.1:{free_port()}", database_process.url)

    async def lives() -> bool:
        return bool(await report(service.health))

    with service as process:
        await until(lives, "the service lives", within=20)
        process.send_signal(signal.SIGTERM)
        assert await ended(process, GRACE) == 0
