"""One process of the stack: started so that it cannot outlive the supervisor, heard in its log, stopped in time."""

import asyncio
import contextlib
import os
import signal
import sys
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Self

from infra.local import die_with_parent
from infra.local.home import CHECKOUT
from infra.local.part_log import PartLog, start_line

_AFTER_KILL = 5.0  # seconds: the kernel needs some time to end a process with much memory
_CHUNK = 65536  # bytes


class Child:
    """A running process. `started` is in seconds since 1970."""

    def __init__(self, process: asyncio.subprocess.Process, log: PartLog) -> None:
        """Listen to a process that has just started."""
        self._process = process
        self._pump = asyncio.create_task(_pump(process, log))
        self._end = asyncio.create_task(self._wait())
        self.pid = process.pid
        self.started = time.time()
        self._began = time.monotonic()

    @classmethod
    async def start(cls, command: tuple[str, ...], environment: Mapping[str, str], log_file: Path) -> Self:
        """Start a program of the checkout; what it writes goes to `log_file`."""
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            "-I",
            "-S",
            die_with_parent.__file__,
            str(os.getpid()),
            *command,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.STDOUT,
            cwd=CHECKOUT,
            env={**os.environ, "PYTHONUNBUFFERED": "1", **environment},
            # Ctrl-C reaches the supervisor alone, which then stops the parts in their order.
            start_new_session=True,
        )
        log = PartLog(log_file)
        log.write(start_line(process.pid, datetime.now(UTC)).encode())
        return cls(process, log)

    @property
    def lived(self) -> float:
        """Seconds since it started."""
        return time.monotonic() - self._began

    async def ended(self) -> int:
        """Wait for its end and return the exit code (minus the signal's number when a signal ended it)."""
        return await asyncio.shield(self._end)

    async def ends_within(self, seconds: float) -> bool:
        """Whether it has ended, after waiting for that at most `seconds`."""
        await asyncio.wait({self._end}, timeout=seconds)
        return self._end.done()

    async def stop(self, within: float) -> None:
        """Ask it to end, wait for `within` seconds, then kill it and whatever it started."""
        self._signal(signal.SIGTERM)
        if not await self.ends_within(within):
            await self.kill()

    async def kill(self) -> None:
        """End it and whatever it started at once, as `kill -9` does, and return when it is gone."""
        self._kill_group()
        await self.ends_within(_AFTER_KILL)

    async def _wait(self) -> int:
        code = await self._process.wait()
        # What it left behind may hold its output open no longer than this.
        await asyncio.wait({self._pump}, timeout=1)
        self._pump.cancel()
        return code

    def _signal(self, number: signal.Signals) -> None:
        if self._process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                self._process.send_signal(number)

    def _kill_group(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.pid, signal.SIGKILL)


async def _pump(process: asyncio.subprocess.Process, log: PartLog) -> None:
    output = process.stdout
    try:
        while output is not None and (written := await output.read(_CHUNK)):
            log.write(written)
    finally:
        log.close()
