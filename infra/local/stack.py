"""A stack of one's own for tests and the demo, beside any other: started, reached, hurt and stopped from Python.

    async with start(home=folder) as stack:
        await stack.kill("broker")
        await stack.ready()

It runs as the same process that `make up` runs, on free ports and in its own folder, and dies with the process that
started it.
"""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path

from infra.local import die_with_parent, run_record
from infra.local.home import CHECKOUT, Home
from infra.local.parts import issuer_url, kafka_address, mongo_url, public_url
from infra.local.polling import until
from infra.local.ports import Ports, free_base, service_of
from infra.local.ready import get
from infra.local.run_record import READY, RunRecord

UP = (sys.executable, "-m", "infra.local.up")
_STOP_WITHIN = 45.0  # seconds


@dataclass(slots=True)
class Stack:
    """One running stack. Times are in seconds; each wait that is too long raises `TimeoutError`."""

    ports: Ports
    home: Home
    command: Sequence[str] = UP
    environment: Mapping[str, str] = field(default_factory=dict)
    _process: asyncio.subprocess.Process | None = None

    @property
    def address(self) -> str:
        """What a browser opens."""
        return public_url(self.ports)

    def address_of(self, part: str) -> str:
        """Where a replica of the gateway answers, for example `gateway-2`."""
        return public_url(self.ports, part)

    async def leader(self, service: str, within: float = 10.0) -> str:
        """The part that leads a service, as soon as one does."""
        mine = [part for part in self.ports.services if service_of(part) == service]
        found: list[str] = []

        def one_leads() -> bool:
            found[:] = [part for part in mine if _role(get(self.ports.health(part), "/ready")[1]) == "leader"]
            return len(found) == 1

        await until(one_leads, within, lambda: f"{found or 'none'} of {service} leads")
        return found[0]

    @property
    def issuer(self) -> str:
        """Where people sign in."""
        return issuer_url(self.ports)

    @property
    def kafka(self) -> str:
        """The broker, for a Kafka client."""
        return kafka_address(self.ports)

    @property
    def mongo(self) -> str:
        """The database, for a MongoDB driver."""
        return mongo_url(self.ports)

    @property
    def pids(self) -> dict[str, int]:
        """The process of each part that has one at this moment."""
        return {name: part.pid for name, part in self.record().parts.items() if part.pid}

    def record(self) -> RunRecord:
        """What the supervisor has written down.

        Raises:
            RuntimeError: the stack does not run.
        """
        record = self._record()
        if record is None:
            message = f"no stack runs in {self.home.root}:\n{self.said()}"
            raise RuntimeError(message)
        return record

    def said(self) -> str:
        """Everything the supervisor has printed."""
        return self._output.read_text(encoding="utf-8") if self._output.is_file() else ""

    async def begin(self) -> None:
        """Start the supervisor, without waiting for anything."""
        self.home.make()
        command = (*self.command, "--home", str(self.home.root), "--port", str(self.ports.base))
        if self.ports.replicas:
            command += ("--replicas", ",".join(f"{name}={count}" for name, count in self.ports.replicas.items()))
        tied = (sys.executable, "-I", "-S", die_with_parent.__file__, str(os.getpid()))
        with self._output.open("ab") as output:
            self._process = await asyncio.create_subprocess_exec(
                *tied,
                *command,
                stdin=asyncio.subprocess.DEVNULL,
                stdout=output,
                stderr=asyncio.subprocess.STDOUT,
                cwd=CHECKOUT,
                env=os.environ | self.environment,
                start_new_session=True,
            )

    async def ready(self, within: float = 60.0) -> None:
        """Wait until every part does its work.

        Raises:
            RuntimeError: the supervisor ended instead.
        """
        await until(self._is_ready, within, lambda: f"the stack is not ready:\n{self.said()}")

    async def kill(self, name: str, within: float = 10.0) -> None:
        """Kill a part with -9 and wait until the supervisor has seen it; its restart is `ready`'s to await."""
        pid = self.pids[name]
        os.kill(pid, signal.SIGKILL)
        # The last death a stack accepts ends the supervisor, and its record with it.
        await until(lambda: self._pid_of(name) != pid, within, lambda: f"the death of {name} is not seen")

    def pause(self, name: str) -> None:
        """Freeze a part (SIGSTOP): it lives and does nothing."""
        os.kill(self.pids[name], signal.SIGSTOP)

    def resume(self, name: str) -> None:
        """Let a paused part go on."""
        os.kill(self.pids[name], signal.SIGCONT)

    async def stop(self) -> int:
        """Stop everything in order and return the supervisor's exit code."""
        process = self._process
        if process is None:
            return 0
        if process.returncode is None:
            with contextlib.suppress(ProcessLookupError):
                process.terminate()
        return await self.ended(_STOP_WITHIN)

    async def ended(self, within: float) -> int:
        """Wait for the supervisor's own end and return its exit code."""
        if self._process is None:
            message = "this stack was not begun"
            raise RuntimeError(message)
        try:
            async with asyncio.timeout(within):
                return await self._process.wait()
        except TimeoutError:
            self._process.kill()
            await self._process.wait()
            raise

    @property
    def _output(self) -> Path:
        return self.home.logs / "stack.log"

    def _record(self) -> RunRecord | None:
        record = run_record.read(self.home)
        # A stack that was killed here before has left a record too.
        mine = record is not None and (self._process is None or record.pid == self._process.pid)
        return record if mine else None

    def _pid_of(self, name: str) -> int:
        record = self._record()
        return record.parts[name].pid if record is not None else 0

    def _is_ready(self) -> bool:
        if self._process is not None and self._process.returncode is not None:
            raise RuntimeError(f"the stack ended with exit code {self._process.returncode}:\n{self.said()}")
        record = self._record()
        if record is None or record.state != READY or not record.all_ready():
            return False
        # A service that lived through the death of another part may still be finding its way back.
        services = [name for name in self.ports.services if name in record.parts]
        return all(get(self.ports.health(name), "/ready")[0] == HTTPStatus.OK for name in services)


@contextlib.asynccontextmanager
async def start(
    port_base: int | None = None,
    *,
    home: Path,
    only: Sequence[str] = (),
    replicas: Mapping[str, int] | None = None,
    environment: Mapping[str, str] | None = None,
    command: Sequence[str] = UP,
    within: float = 60.0,
) -> AsyncIterator[Stack]:
    """A stack that is ready, stopped at the end; on free ports when no base is given.

    `only` names the parts to start (all of them by default); `replicas` says of which services more than one, for
    example `{"deployer": 2}`; `environment` is given to every part, for example `APPSTORE_APPS_DIR`.
    """
    chosen = ("--only", ",".join(only)) if only else ()
    ports = Ports(port_base or free_base(replicas), replicas or {})
    stack = Stack(ports, Home(home), (*command, *chosen), environment or {})
    await stack.begin()
    try:
        await stack.ready(within)
        yield stack
    finally:
        await stack.stop()


def _role(report: str) -> str:
    try:
        return str(json.loads(report)["role"])
    except (ValueError, KeyError, TypeError):
        return ""
