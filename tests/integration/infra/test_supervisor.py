"""The supervisor keeps a stack of small stand-ins alive, through every kind of death."""

import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from pathlib import Path

import psutil
import pytest

from infra.local.home import Home
from infra.local.polling import until
from infra.local.ports import Ports, free_base
from infra.local.run_record import REFUSED, is_held
from infra.local.stack import Stack, start

pytestmark = pytest.mark.integration

STAND_INS = (sys.executable, "-m", "tests.integration.infra.stand_in_up")


@pytest.fixture
async def stack(tmp_path: Path) -> AsyncIterator[Stack]:
    """A stack of stand-ins that is ready."""
    async with start(home=tmp_path, command=STAND_INS) as stack:
        yield stack


def alive(pids: list[int]) -> list[int]:
    """Those of the processes that still run."""
    return [pid for pid in pids if psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE]


async def test_stages_start_one_after_the_other(stack: Stack) -> None:
    """Each stage is said to be ready, with its time, before the next one starts."""
    said = [line.split() for line in stack.said().splitlines() if " ready " in line]
    assert [words[0] for words in said] == ["database", "broker", "topics", "services", "everything"]
    assert all(words[-1] == "s" and float(words[-2]) >= 0 for words in said)
    started = [part.started for part in stack.record().parts.values()]
    assert started == sorted(started)


async def test_a_dead_part_is_named_and_restarted(stack: Stack) -> None:
    """A killed service is named with its last lines, and works again under another process id."""
    before = stack.pids
    await stack.kill("catalog")
    await stack.ready()
    said = stack.said()
    assert "catalog was ended by SIGKILL" in said
    assert "catalog is here" in said
    assert "catalog      ready again" in said
    after = stack.pids
    assert after.pop("catalog") != before.pop("catalog")
    assert after == before


async def test_three_deaths_in_a_minute_stop_the_stack(stack: Stack) -> None:
    """A part that keeps dying ends everything with exit code 1, and nothing is left running."""
    pids = list(stack.pids.values())
    for _ in range(2):
        await stack.kill("catalog")
        await stack.ready()
    await stack.kill("catalog")
    assert await stack.ended(within=20) == 1
    assert "catalog died 3 times within 60 s: the stack stops" in stack.said()
    assert alive(pids) == []


async def test_services_start_anew_with_the_broker(stack: Stack) -> None:
    """After the broker's death everything behind it starts again, on a log with another cluster id."""
    before, epoch = stack.pids, stack.record().cluster_id
    await stack.kill("broker")
    await stack.ready()
    after = stack.pids
    assert {name for name in after if after[name] != before[name]} == {"broker", "catalog", "gateway"}
    assert stack.record().cluster_id != epoch
    assert (stack.home.root / "stopped.txt").read_text().split() == ["catalog"]


async def test_services_ride_out_the_database(stack: Stack) -> None:
    """After the database's death only the database is started again."""
    before = stack.pids
    await stack.kill("database")
    await stack.ready()
    after = stack.pids
    assert after.pop("database") != before.pop("database")
    assert after == before


async def test_an_exit_for_a_new_epoch_is_no_death(stack: Stack) -> None:
    """A service that exits with 75 is started again, and does so more than three times without harm."""
    for _ in range(4):
        pid = stack.pids["catalog"]
        os.kill(pid, signal.SIGUSR1)
        await until(lambda pid=pid: stack.pids.get("catalog") != pid, 10, stack.said)  # type: ignore[misc]
        await stack.ready()
    assert stack.record().parts["catalog"].restarts == 4
    assert "catalog starts again: the log began anew" in stack.said()


async def test_parts_stop_in_reverse(stack: Stack) -> None:
    """Services stop before the broker and the broker before the database; a stubborn one is killed."""
    pids = list(stack.pids.values())
    assert await stack.stop() == 0
    assert (stack.home.root / "stopped.txt").read_text().split() == ["catalog", "broker", "database"]
    assert alive(pids) == []
    assert not stack.home.run_record.exists()


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the next start ends what was left")
async def test_nothing_outlives_a_killed_supervisor(tmp_path: Path) -> None:
    """When the supervisor is killed with -9 its parts die too, and the next start is not misled by its record."""
    async with start(home=tmp_path, command=STAND_INS) as first:
        pids = list(first.pids.values())
        os.kill(first.record().pid, signal.SIGKILL)
        await until(lambda: alive(pids) == [], 10, lambda: f"still alive: {alive(pids)}")
        # The kernel lets go of a killed process's lock a moment after its children died.
        await until(lambda: not is_held(first.home), 10, lambda: "its lock is still held")
    async with start(first.ports.base, home=tmp_path, command=STAND_INS) as second:
        assert set(second.pids.values()).isdisjoint(pids)


async def test_a_stop_during_the_start_leaves_nothing(tmp_path: Path) -> None:
    """Ctrl-C before everything is ready ends what has been started by then."""
    stack = Stack(Ports(free_base()), Home(tmp_path), STAND_INS)
    await stack.begin()
    await until(lambda: "database" in stack.said(), 20, stack.said)
    pids = list(stack.pids.values())
    assert await stack.stop() == 0
    assert alive(pids) == []


async def test_a_part_that_refuses_to_start_says_what_to_do(stack: Stack) -> None:
    """A service on an older database is shown as refused with the command that helps; it is tried again at leisure."""
    os.kill(stack.pids["catalog"], signal.SIGUSR2)

    def refused() -> bool:
        return stack.record().parts["catalog"].state == REFUSED

    await until(refused, 5.0, lambda: "the catalog is not shown as refused")
    assert "appstore ledger restore catalog" in stack.record().parts["catalog"].reason
    assert "catalog refuses to start" in stack.said()
    began = time.monotonic()
    await stack.ready(20)
    assert time.monotonic() - began > 3
