"""`python -m infra.kubernetes.up --home FOLDER`: a cluster for people, until Ctrl-C."""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Coroutine, Sequence
from pathlib import Path
from typing import Any

from infra.kubernetes.binaries import BuildError
from infra.kubernetes.control_plane import ControlPlaneError, control_plane
from infra.kubernetes.home import PlaneHomeInUseError
from infra.kubernetes.nodes import NodeSize
from infra.kubernetes.toolchain import NoGoError
from infra.local.home import Home


def main(argv: Sequence[str] | None = None) -> int:
    """Do what the command line asks; returns the exit code."""
    given = _command_line().parse_args(argv)
    try:
        return asyncio.run(_until_asked(_stay(given.home, [NodeSize()] * given.nodes, given.port)))
    except (NoGoError, BuildError, PlaneHomeInUseError, ControlPlaneError) as error:
        _say(str(error))
        return 1


def _command_line() -> argparse.ArgumentParser:
    arguments = argparse.ArgumentParser(prog="python -m infra.kubernetes.up", description=__doc__)
    arguments.add_argument("--home", type=Path, default=Home().root / "kubernetes", help="where everything is kept")
    arguments.add_argument("--nodes", type=int, default=4, help="how many nodes there are")
    arguments.add_argument("--port", type=int, default=None, help="the API server's; the one it had, or a free one")
    return arguments


async def _stay(home: Path, nodes: Sequence[NodeSize], port: int | None) -> int:
    began = time.monotonic()
    async with control_plane(home, nodes, port) as cluster:
        _say(f"Kubernetes answers at {cluster.address} ({time.monotonic() - began:.1f} s). Its pods are simulated.")
        _say(f"  export KUBECONFIG={cluster.kubeconfig}")
        name = await cluster.any_end()
        _say(f"{name} ended by itself; see {cluster.log(name)}")
        return 1


async def _until_asked(stay: Coroutine[Any, Any, int]) -> int:
    """Stay until a signal asks for an end, also in the middle of starting: then what was started is stopped."""
    staying = asyncio.create_task(stay)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, staying.cancel)
    try:
        return await staying
    except asyncio.CancelledError:
        _say("Everything is stopped.")
        return 0


def _say(line: str) -> None:
    sys.stdout.write(line + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    sys.exit(main())
