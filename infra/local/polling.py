"""Wait for something to become true, for no longer than it may take."""

import asyncio
import time
from collections.abc import Callable

_LOOK = 0.05  # seconds between two looks


async def until(condition: Callable[[], bool], within: float, otherwise: Callable[[], str]) -> None:
    """Look until `condition` holds.

    Raises:
        TimeoutError: it does not within so many seconds; the text is what `otherwise` says by then.
    """
    deadline = time.monotonic() + within
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {within:.0f} s: {otherwise()}")
        await asyncio.sleep(_LOOK)
