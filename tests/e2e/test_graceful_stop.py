"""A service that is told to stop under load finishes what it has in hand, and leaves nothing to be done again."""

import asyncio
import contextlib
import os
import signal
import time
from collections import Counter

import httpx
import pytest

from contracts import topics
from contracts.deployments.events import FINAL
from infra.local.run_record import PartRecord
from infra.local.stack import Stack
from tests.e2e.asking import ask_until_accepted
from tests.e2e.eventually import eventually
from tests.e2e.ledgers import Ledgers
from tests.e2e.person import signed_in

pytestmark = [
    pytest.mark.e2e,
    pytest.mark.kills,
    pytest.mark.asyncio(loop_scope="session"),
    pytest.mark.timeout(120),
]

ENVIRONMENTS = ("test", "acceptance", "production")
FINAL_TYPES = {kind.type_name() for kind in FINAL}


async def test_told_to_stop_a_service_finishes_what_it_has_in_hand(hurt: Stack, ledgers_of_hurt: Ledgers) -> None:
    """SIGTERM under load ends each service within 10 s with exit code 0; no message is delivered to it again."""
    operations: list[str] = []
    stop = asyncio.Event()
    async with signed_in(hurt, "demi") as demi:

        async def keep_asking() -> None:
            while not stop.is_set():
                number = len(operations)
                wish = {"app": "brisk", "environment": ENVIRONMENTS[number % 3], "name": f"load{number}"}
                operations.append(await ask_until_accepted(demi, wish))
                # As fast as it goes would only fill the quota of the namespaces.
                with contextlib.suppress(TimeoutError):
                    await asyncio.wait_for(stop.wait(), 0.2)

        load = asyncio.create_task(keep_asking())
        try:
            for service in topics.SERVICES:
                await _is_busy(operations)
                await _stops_in_order(hurt, service)
                await hurt.ready(30)
                repeats = [line for line in await _metrics(hurt, service) if 'outcome="repeat"' in line]
                assert [line for line in repeats if not line.endswith(" 0.0")] == [], service
        finally:
            stop.set()
            await load
        ended = [await demi.ended(await demi.store.operations.get(one), 60) for one in operations]
    assert Counter(one.status for one in ended) == {"succeeded": len(operations)}
    finals = Counter(
        one["ce_correlationid"] for one in ledgers_of_hurt.events("deployer") if one["ce_type"] in FINAL_TYPES
    )
    assert {one: finals[one] for one in operations} == dict.fromkeys(operations, 1)


async def _is_busy(operations: list[str]) -> None:
    """Wait until one request more was accepted."""
    before = len(operations)

    async def count() -> int:
        return len(operations)

    await eventually(count, lambda now: now > before, 30, "one request more is accepted")


async def _stops_in_order(stack: Stack, service: str) -> None:
    """Tell a service to stop as an operator or Kubernetes does, and see it end well in time."""
    pid = stack.pids[service]
    began = time.monotonic()
    os.kill(pid, signal.SIGTERM)

    async def recorded() -> PartRecord:
        return stack.record().parts[service]

    part = await eventually(
        recorded,
        lambda seen: seen.pid != pid,
        within=11,
        what=f"{service} has ended",
    )
    assert time.monotonic() - began < 10
    assert part.reason == "ended with exit code 0"


async def _metrics(stack: Stack, service: str) -> list[str]:
    async with httpx.AsyncClient() as http:
        answer = await http.get(f"http://127.0.0.1:{stack.ports.health(service)}/metrics")
    return answer.text.splitlines()
