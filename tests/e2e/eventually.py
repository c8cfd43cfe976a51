"""Wait for what a distributed system will show in time, for no longer than it may take."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

from appstore_client.problem import Problem

Found = TypeVar("Found")


async def eventually(
    look: Callable[[], Awaitable[Found]], holds: Callable[[Found], object], within: float, what: str
) -> Found:
    """Look until it holds and return what was seen then.

    Raises:
        TimeoutError: it does not within so many seconds; the text has `what` and what was seen last.
    """
    deadline = time.monotonic() + within
    while True:
        found = await look()
        if holds(found):
            return found
        if time.monotonic() > deadline:
            message = f"not within {within:g} s: {what}; seen last: {str(found)[:1500]}"
            raise TimeoutError(message)
        await asyncio.sleep(0.05)


async def persistently(ask: Callable[[], Awaitable[Found]], within: float) -> Found:
    """Ask until there is an answer that is not the platform's own trouble.

    Raises:
        Problem: what the platform says last, when the time is over or the trouble is ours.
    """
    deadline = time.monotonic() + within
    while True:
        try:
            return await ask()
        except Problem as problem:
            if problem.fault not in {"platform", "dependency"} or time.monotonic() > deadline:
                raise
            await asyncio.sleep(0.05)
