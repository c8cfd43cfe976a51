"""How long the work of a killed or frozen replica lies still, until the other replica does it.

Two replicas of compliance run; the one that leads is frozen (SIGSTOP), and in a second round killed with -9, which the
supervisor answers by starting it again. Requests for many keys are sent at that moment: when the last decision is on
the stream, every partition is consumed by somebody and some relay publishes.
"""

import asyncio
import tempfile
import time
from pathlib import Path

from benchmarks.events.decision_latency import APPS, REJECTED, listen
from benchmarks.result import Result
from infra.local.ready import get
from infra.local.stack import Stack, start
from tests.e2e.eventually import eventually
from tests.e2e.person import Person, signed_in

SERVICE = "compliance"
KEYS = 12
"""Enough for every one of the four partitions, as good as certainly."""
WITHIN = 60.0


async def takeover(result: Result) -> None:
    """Freeze the leader, then kill one."""
    with tempfile.TemporaryDirectory() as home:
        async with (
            start(home=Path(home), replicas={SERVICE: 2}, within=90) as stack,
            signed_in(stack, "demi") as demi,
        ):
            await eventually(
                demi.store.apps.list_all, lambda cards: len([one for one in cards if one.score]) >= APPS, 30, "scores"
            )
            frozen = await stack.leader(SERVICE)
            began = time.perf_counter()
            stack.pause(frozen)
            try:
                decided, led = await asyncio.gather(
                    _all_decided(demi, "frozen", began), _led_by_another(stack, frozen, began)
                )
            finally:
                stack.resume(frozen)
            result.figure("s from SIGSTOP until the standby leads", led, under=10)
            result.figure(f"s from SIGSTOP until {KEYS} keys are decided and told", decided, under=10)
            await stack.ready()
            leader = await stack.leader(SERVICE, within=20)
            began = time.perf_counter()
            decided, _ = await asyncio.gather(_all_decided(demi, "killed", began), stack.kill(leader))
            result.figure(f"s from kill -9 until {KEYS} keys are decided and told", decided, under=10)


async def _all_decided(person: Person, prefix: str, began: float) -> float:
    """Seconds from `began` until the decisions on new deployments are all on the stream."""
    heard: dict[str, asyncio.Future[float]] = {}
    connected = asyncio.Event()
    listening = asyncio.create_task(listen(person, heard, connected))
    try:
        await connected.wait()
        moments = []
        for number in range(KEYS):
            wish = {"app": REJECTED, "name": f"{prefix}-{number}", "environment": "test"}
            answer = await person.send("POST", "/deployments", json=wish)
            moment = asyncio.get_running_loop().create_future()
            moments.append(heard.setdefault(answer.json()["id"], moment))
        async with asyncio.timeout(WITHIN):
            return max(await asyncio.gather(*moments)) - began
    finally:
        listening.cancel()


async def _led_by_another(stack: Stack, frozen: str, began: float) -> float:
    """Seconds from `began` until the other replica says that it leads."""
    other = next(part for part in (SERVICE, f"{SERVICE}-2") if part != frozen)

    async def role() -> bool:
        return await asyncio.to_thread(_leads, stack, other)

    await eventually(role, bool, WITHIN, f"{other} leads")
    return time.perf_counter() - began


def _leads(stack: Stack, part: str) -> bool:
    _, body = get(stack.ports.health(part), "/metrics")
    return "appstore_leader 1.0" in body
