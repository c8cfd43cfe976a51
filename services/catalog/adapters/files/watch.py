"""Says when folders of apps should be read again.

The kernel tells (inotify), so an idle catalog costs next to nothing; every few seconds a glance at names and times
catches what it did not tell: a change before the watch began, a file system that is silent. What changed is not said:
the reader looks for itself.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from pathlib import Path

import structlog
from watchfiles import awatch

from services.catalog.adapters.files.fingerprint import fingerprint_of_all

SETTLE_MILLISECONDS = 400
"""How long changes are gathered before they are told, so that copying a folder is one change."""

GLANCE_SECONDS = 4.0
"""How often is looked without being told: under the 5 s in which a new folder must appear."""

Roots = tuple[Path, ...]
Kernel = Callable[[Roots, asyncio.Event], AsyncGenerator[object, None]]

_log = structlog.get_logger(__name__)


async def watch(
    *roots: Path,
    stop: asyncio.Event | None = None,
    kernel: Kernel | None = None,
) -> AsyncGenerator[None, None]:
    """Yield at once, then at every change since the last time, until `stop` is set. Read at each: nothing is missed."""
    stop = stop or asyncio.Event()
    before = fingerprint_of_all(roots)
    yield
    async with aclosing(_told(roots, stop, kernel or by_kernel)) as told:
        async for _ in told:
            now = fingerprint_of_all(roots)
            if now != before:
                before = now
                yield


async def _told(roots: Roots, stop: asyncio.Event, kernel: Kernel) -> AsyncGenerator[None, None]:
    """Wake at once, at each change the kernel tells and at each glance; by glances only while it cannot tell."""
    yield
    complained = False
    while not stop.is_set():
        if all(root.is_dir() for root in roots):
            try:
                async with aclosing(kernel(roots, stop)) as changes:
                    async for _ in changes:
                        yield
                        if not all(root.is_dir() for root in roots):
                            break
            except (OSError, RuntimeError) as error:
                if not complained:
                    _log.warning("watching_by_glances", reason=str(error))
                complained = True
        if not stop.is_set():
            await _pause(stop)
            yield


def by_kernel(roots: Roots, stop: asyncio.Event) -> AsyncGenerator[object, None]:
    """What the kernel tells of these folders, and nothing every few seconds."""
    return awatch(
        *roots,
        watch_filter=None,
        debounce=SETTLE_MILLISECONDS,
        stop_event=stop,
        rust_timeout=int(GLANCE_SECONDS * 1000),
        yield_on_timeout=True,
        ignore_permission_denied=True,
    )


async def _pause(stop: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(GLANCE_SECONDS):
            await stop.wait()
    except TimeoutError:
        return
