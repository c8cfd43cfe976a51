"""`make up`: start the embedded stack and stay with it, or start it in the background and return when it is ready."""

import argparse
import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from infra.local import run_record
from infra.local.clusters import keep_to_one_cluster, look_at_yours, must_build
from infra.local.demo_login import demo_login
from infra.local.home import Home
from infra.local.keys import StackKeys, keep_keys
from infra.local.orphans import end_orphans
from infra.local.part import Stage
from infra.local.parts import only, public_url, stages
from infra.local.ports import DEFAULT_BASE, Ports, first_busy, read_replicas
from infra.local.run_record import READY, RunRecord
from infra.local.supervisor import Supervisor

Plan = Callable[[Ports, Home, StackKeys], tuple[Stage, ...]]

_LOOK = 0.1  # seconds between two looks at a stack that starts in the background


def main(argv: Sequence[str] | None = None, plan: Plan = stages) -> int:
    """Do what the command line asks; returns the exit code."""
    given = _command_line().parse_args(argv)
    home = Home(given.home.resolve())
    running = run_record.read_running(home)
    if running is not None:
        _say_already_running(running)
        return 0
    home.make()
    if given.detach:
        return _in_background(home)
    try:
        ports = Ports(given.port, read_replicas(given.replicas))
        yours = look_at_yours()
        keep_to_one_cluster(home, yours)
        if yours is not None:
            _say(f"Deploys to a cluster of yours: {yours.said}. For the simulated one: CLUSTER=sandbox make up")
        if must_build():
            _say("Kubernetes is built first, with Go: about eight minutes on two cores, and only this once.")
        names = frozenset(name for name in given.only.split(",") if name)
        chosen = plan(ports, home, keep_keys(home))
        chosen = only(chosen, names) if names else chosen
    except ValueError as error:
        _say(str(error))
        return 1
    with run_record.hold(home) as mine:
        if not mine:
            _say("Another `make up` is starting in this folder.")
            return 0
        return _in_foreground(home, ports, chosen)


def _command_line() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(prog="make up", description=__doc__)
    arguments.add_argument("--port", type=int, default=DEFAULT_BASE, help="the public port; the others follow it")
    arguments.add_argument(
        "--home", type=Path, default=Home().root, help="where data, logs and the run record are kept"
    )
    arguments.add_argument(
        "--replicas", default="", help="of every service (2), or of some (deployer=2,gateway=3); 1 by default"
    )
    arguments.add_argument("--only", default="", help="start these parts alone, separated by commas")
    arguments.add_argument("--detach", action="store_true", help="return when everything is ready")
    return arguments


def _in_foreground(home: Home, ports: Ports, chosen: tuple[Stage, ...]) -> int:
    end_orphans(home)
    busy = first_busy(ports, frozenset(part.name for stage in chosen for part in stage.parts))
    if busy is not None:
        owner, port = busy
        _say(f"Port {port}, wanted by the {owner}, is in use. Choose other ports: make up PORT={ports.base + 100}")
        return 1
    return asyncio.run(_supervise(home, ports, chosen))


async def _supervise(home: Home, ports: Ports, chosen: tuple[Stage, ...]) -> int:
    record = RunRecord(
        pid=os.getpid(),
        started=time.time(),
        port=ports.base,
        address=public_url(ports),
        ports=ports.by_owner(),
    )
    supervisor = Supervisor(chosen, home, record, _say)
    supervisor.on_first_ready = lambda: _welcome(record)
    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        loop.add_signal_handler(number, supervisor.stop)
    _say(f"Starting the app store in {home.root}")
    code = await supervisor.run()
    _say("Everything is stopped.")
    return code


def _in_background(home: Home) -> int:
    """Start this same command without `--detach`, show what it says, and leave it when it is ready."""
    log = home.logs / "stack.log"
    again = [sys.executable, *(word for word in sys.orig_argv[1:] if word != "--detach")]
    with log.open("wb") as output:
        stack = subprocess.Popen(  # noqa: S603 - this very command again, and no shell
            again,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    with log.open(encoding="utf-8") as said:
        while True:
            # Asked before reading: what it says last is read after it said so.
            code = stack.poll()
            ready = _is_ready(home, stack.pid)
            sys.stdout.write(said.read())
            sys.stdout.flush()
            if code is not None or ready:
                return code or 0
            time.sleep(_LOOK)


def _is_ready(home: Home, pid: int) -> bool:
    record = run_record.read(home)
    return record is not None and record.pid == pid and record.state == READY


def _welcome(record: RunRecord) -> None:
    _say("")
    _say(f"  The app store is at  {record.address}")
    login = demo_login()
    if login is not None:
        _say(f"  Sign in as           {login.name}: {login.username} / {login.password}  (a demo person)")
    _say("")
    _say("  What you can do next:")
    _say(f"    1. Open {record.address} in a browser")
    _say(f"    2. Sign in on the command line: {_where(record)}.venv/bin/appstore login")
    _say("    3. See a deployment from beginning to end: make demo")
    _say("")


def _where(record: RunRecord) -> str:
    """What the `appstore` command needs before it to find a stack that is not at its usual address."""
    return "" if record.port == DEFAULT_BASE else f"APPSTORE_ADDRESS={record.address} "


def _say_already_running(running: RunRecord) -> None:
    _say(f"Already running at {running.address} (process {running.pid}, {running.state}). Stop it: make down")
    _say("Another port or other settings count from its next start on.")


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
