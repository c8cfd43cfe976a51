"""The demo stops a service for a while: a real process that is stopped, and goes on whatever happens."""

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local import run_record
from infra.local.demo.pause import go_on, paused
from infra.local.home import Home
from infra.local.run_record import PartRecord, RunRecord


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """A stack in which two replicas of compliance and one gateway live."""
    home = Home(tmp_path)
    home.make()
    names = ("compliance", "compliance-2", "gateway")
    lives = [subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE) for _ in names]
    parts = {name: PartRecord(pid=one.pid) for name, one in zip(names, lives, strict=True)}
    with run_record.hold(home):
        run_record.write(home, RunRecord(os.getpid(), 0.0, 8400, "http://127.0.0.1:8400", {}, parts=parts))
        yield home
    for one in lives:
        one.kill()
        one.communicate()


def stopped(home: Home) -> list[str]:
    """The parts that are stopped, from what the system says of their processes."""
    record = run_record.read_running(home)
    assert record is not None
    return [name for name, part in record.parts.items() if _has_stopped(part.pid)]


def _has_stopped(pid: int) -> bool:
    # Waits for the next change of state, and leaves the process's end to be waited for.
    return os.waitid(os.P_PID, pid, os.WSTOPPED | os.WNOHANG | os.WNOWAIT) is not None


def test_every_replica_is_stopped_and_goes_on(home: Home) -> None:
    """Inside the block nothing of the service runs, everything else does; after a failure in it all run."""

    def fail() -> None:
        with paused("compliance", home):
            for name in ("compliance", "compliance-2"):
                record = run_record.read_running(home)
                assert record is not None
                os.waitid(os.P_PID, record.parts[name].pid, os.WSTOPPED | os.WNOWAIT)
            assert stopped(home) == ["compliance", "compliance-2"]
            message = "the step failed"
            raise RuntimeError(message)

    with pytest.raises(RuntimeError, match="the step failed"):
        fail()
    assert stopped(home) == []


def test_what_a_killed_demo_left_goes_on(home: Home) -> None:
    """A service that is stopped goes on when the next demo begins; one that runs does not notice."""
    with paused("compliance", home):
        go_on("compliance", home)
        go_on("gateway", home)
        assert stopped(home) == []
