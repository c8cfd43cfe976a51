"""Watching real folders on disk: a change is told in time, and silence costs nothing."""

import asyncio
import resource
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import aclosing
from pathlib import Path

import pytest

from services.catalog.adapters.files.watch import watch

APPEARS_WITHIN = 5.0
"""Seconds in which a new folder must be told."""


async def told(changes: AsyncIterator[None]) -> None:
    """Wait for the next change, at most the time in which it must come."""
    async with asyncio.timeout(APPEARS_WITHIN):
        await anext(changes)


def put_app(root: Path, name: str) -> None:
    """Put a folder with one file per place into a folder of apps."""
    (root / name / "versions").mkdir(parents=True)
    (root / name / "app.yaml").write_text(f"name: {name}\n")
    (root / name / "versions" / "1.0.0.yaml").write_text("version: 1.0.0\n")


async def test_new_folder_and_new_content_are_told(tmp_path: Path) -> None:
    """The first answer comes at once; a new folder, a changed file and a removed one are each told in time."""
    async with aclosing(watch(tmp_path)) as changes:
        await told(changes)
        put_app(tmp_path, "reader")
        await told(changes)
        (tmp_path / "reader" / "versions" / "1.0.0.yaml").write_text("version: 1.0.0 # changed\n")
        await told(changes)
        (tmp_path / "reader" / "versions" / "1.0.0.yaml").unlink()
        await told(changes)


async def test_folder_that_appears_later_is_watched(tmp_path: Path) -> None:
    """A folder of apps that is not there yet is told when it comes, and watched from then on."""
    root = tmp_path / "later"
    async with aclosing(watch(root)) as changes:
        await told(changes)
        put_app(root, "reader")
        await told(changes)
        put_app(root, "other")
        await told(changes)


async def no_watches_left(*_: object) -> AsyncGenerator[object, None]:
    """A kernel that cannot tell."""
    raise OSError(28, "no watches left")
    yield


async def test_silent_file_system_is_glanced_at(tmp_path: Path) -> None:
    """Where the kernel cannot tell, a new folder is still told in time."""
    async with aclosing(watch(tmp_path, kernel=no_watches_left)) as changes:
        await told(changes)
        put_app(tmp_path, "reader")
        await told(changes)


async def test_stop_ends_the_watch(tmp_path: Path) -> None:
    """Setting `stop` ends the watch well within the grace of a service."""
    stop = asyncio.Event()
    async with asyncio.timeout(APPEARS_WITHIN), aclosing(watch(tmp_path, stop=stop)) as changes:
        async for _ in changes:
            stop.set()


async def test_watching_in_silence_costs_next_to_nothing(tmp_path: Path) -> None:
    """While nothing changes, no change is told and under 2 % of one core is used."""
    put_app(tmp_path, "reader")
    async with aclosing(watch(tmp_path)) as changes:
        await told(changes)
        before = resource.getrusage(resource.RUSAGE_SELF)
        with pytest.raises(TimeoutError):
            await told(changes)
        after = resource.getrusage(resource.RUSAGE_SELF)
    used = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    assert used / APPEARS_WITHIN < 0.02
