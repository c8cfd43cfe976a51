"""Finds the stack to show, and starts one when none runs."""

import asyncio
import contextlib
import os
import sys
from dataclasses import dataclass

from infra.local import run_record
from infra.local.demo.pause import go_on
from infra.local.demo.step import UnexpectedError, say
from infra.local.home import CHECKOUT, Home

PAUSED = "compliance"
"""The service that the demo stops for a while."""
LOOK = 0.2
"""Seconds between two looks at a stack that starts."""


@dataclass(frozen=True)
class Place:
    """Where the stack is; `home` is its folder on this machine, None for a stack elsewhere."""

    address: str
    home: Home | None


async def find_or_start_stack() -> Place:
    """Return a stack that is ready; APPSTORE_ADDRESS may name one that runs elsewhere."""
    given, running = os.environ.get("APPSTORE_ADDRESS"), run_record.read_running(Home())
    if given and (running is None or given.rstrip("/") != running.address):
        say(f"   APPSTORE_ADDRESS names {given}")
        return Place(given, None)
    if running is None:
        say("   none runs here, so one is started (it stays; `make down` stops it)")
        await _start()
    go_on(PAUSED, Home())
    while True:
        running = run_record.read_running(Home())
        if running is None:
            message = "the stack stopped while it started"
            raise UnexpectedError(message)
        if running.state == run_record.READY:
            say(f"   {running.address}")
            return Place(running.address, Home())
        await asyncio.sleep(LOOK)


async def _start() -> None:
    command = (sys.executable, "-m", "infra.local.up", "--detach")
    process = await asyncio.create_subprocess_exec(*command, cwd=CHECKOUT)
    try:
        if code := await process.wait():
            message = f"`make up DETACH=1` ended with {code}"
            raise UnexpectedError(message)
    finally:
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
