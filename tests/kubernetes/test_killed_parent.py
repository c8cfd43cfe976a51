"""Nothing of a control plane outlives whoever started it, and its folder keeps the cluster."""

import asyncio
import re
import signal
import sys
from pathlib import Path

import psutil
import pytest

from infra.local.home import CHECKOUT
from tests.e2e.eventually import eventually

_PARTS = {"etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok"}


async def _up(home: Path) -> tuple[asyncio.subprocess.Process, str]:
    """Start a cluster as a person does; the process, and the address that it says."""
    command = (sys.executable, "-m", "infra.kubernetes.up", "--home", str(home), "--nodes", "1")
    process = await asyncio.create_subprocess_exec(*command, cwd=CHECKOUT, stdout=asyncio.subprocess.PIPE)
    assert process.stdout is not None
    async for line in process.stdout:
        if address := re.search(r"https://\S+", line.decode()):
            return process, address[0]
    pytest.fail(f"it ended with exit code {await process.wait()}")


async def test_a_killed_parent_takes_every_part_along(tmp_path: Path) -> None:
    """After kill -9 of the command no part lives on; a new start has the old address, and stops when it is asked to."""
    process, address = await _up(tmp_path)
    parts = psutil.Process(process.pid).children()
    assert {Path(part.cmdline()[0]).name for part in parts} == _PARTS
    process.kill()
    await process.wait()

    async def living() -> list[psutil.Process]:
        return [part for part in parts if part.is_running() and part.status() != psutil.STATUS_ZOMBIE]

    await eventually(living, lambda left: not left, 10.0, "every part is gone")
    again, same = await _up(tmp_path)
    assert same == address
    parts = psutil.Process(again.pid).children()
    again.send_signal(signal.SIGTERM)
    assert await again.wait() == 0
    assert await living() == []
