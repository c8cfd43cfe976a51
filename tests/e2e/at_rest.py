"""See a stack come to rest: every service has read everything, and none has told anything for a while."""

import time

import httpx

from contracts import topics
from infra.local.stack import Stack
from tests.e2e.eventually import eventually
from tests.e2e.ledgers import Ledgers

CALM = 2.5
"""Seconds: longer than the slowest timer that could tell something, and than the figures of /ready are old."""


async def counts_at_rest(stack: Stack, ledgers: Ledgers) -> dict[str, int]:
    """What the ledgers count once every service is done and has told nothing for longer than its timers take."""
    since, before = time.monotonic(), ledgers.counts()
    async with httpx.AsyncClient() as http:

        async def look() -> float:
            nonlocal since, before
            now = ledgers.counts()
            for service in topics.SERVICES:
                answer = (await http.get(f"http://127.0.0.1:{stack.ports.health(service)}/ready")).json()
                now[f"{service} behind"] = answer["lag"] + answer["backlog"]
            if now != before or any(count for name, count in now.items() if name.endswith("behind")):
                since, before = time.monotonic(), now
            return time.monotonic() - since

        await eventually(look, lambda calm: calm > CALM, within=30, what="nothing happens any more")
    return ledgers.counts()
