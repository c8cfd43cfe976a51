"""The commands around a stack, each as its own process."""

import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.local.home import CHECKOUT
from infra.local.ports import free_base

pytestmark = pytest.mark.integration


def run(module: str, home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one of the commands in a stack's folder to its end."""
    return subprocess.run(  # noqa: S603 - our own commands, no shell
        [sys.executable, "-m", module, "--home", str(home), *arguments],
        cwd=CHECKOUT,
        env=os.environ | {"PYTHONPATH": str(CHECKOUT)},
        capture_output=True,
        text=True,
        timeout=50,
        check=False,
    )


def up(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """`make up` with stand-ins."""
    return run("tests.integration.infra.stand_in_up", home, *arguments)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Path]:
    """A folder for one stack, which is stopped at the end."""
    yield tmp_path
    run("infra.local.down", tmp_path)


def test_a_detached_start_returns_when_everything_is_ready(home: Path) -> None:
    """The address is printed, and the stack is there."""
    base = free_base()
    started = up(home, "--port", str(base), "--detach")
    assert started.returncode == 0, started.stdout
    assert f"The app store is at  http://127.0.0.1:{base}" in started.stdout
    assert "make demo" in started.stdout
    status = run("infra.local.status", home, "-o", "json")
    assert status.returncode == 0, status.stdout
    assert json.loads(status.stdout)["parts"]["catalog"]["state"] == "ready"


def test_a_second_start_says_already_running(home: Path) -> None:
    """It names the address and ends with 0, whatever port it asks for."""
    base = free_base()
    up(home, "--port", str(base), "--detach")
    for again in (up(home), up(home, "--detach"), up(home, "--port", str(base + 100))):
        assert again.returncode == 0
        assert f"Already running at http://127.0.0.1:{base}" in again.stdout


@pytest.mark.parametrize("detach", [(), ("--detach",)])
def test_a_busy_port_is_named(home: Path, detach: tuple[str, ...]) -> None:
    """The message says which port is taken and how to choose another; nothing is left running."""
    base = free_base()
    with socket.create_server(("127.0.0.1", base + 10)):
        refused = up(home, "--port", str(base), *detach)
    assert refused.returncode == 1
    assert f"Port {base + 10}, wanted by the broker, is in use" in refused.stdout
    assert "make up PORT=" in refused.stdout
    assert run("infra.local.status", home).returncode == 1
    assert not (home / "run.json").exists()


def test_a_port_out_of_range_is_refused(home: Path) -> None:
    """A port that cannot exist is refused with the bounds."""
    refused = up(home, "--port", "70000")
    assert refused.returncode == 1
    assert "between 1024 and" in refused.stdout


def test_down_stops_everything_and_can_be_said_twice(home: Path) -> None:
    """After `make down` nothing runs; a second one says so and is no failure."""
    up(home, "--port", str(free_base()), "--detach")
    assert run("infra.local.down", home).stdout == "Everything is stopped.\n"
    again = run("infra.local.down", home)
    assert (again.returncode, again.stdout) == (0, "Nothing runs here.\n")


def test_data_is_not_removed_under_a_running_stack(home: Path) -> None:
    """`make reset` refuses while the stack runs, and removes the data when it does not."""
    up(home, "--port", str(free_base()), "--detach")
    refused = run("infra.local.reset", home)
    assert refused.returncode == 1
    assert "make down" in refused.stdout
    assert (home / "data" / "platform.key").is_file()
    run("infra.local.down", home)
    assert run("infra.local.reset", home).returncode == 0
    assert not (home / "data").exists()


def test_status_measures_and_adds_up(home: Path) -> None:
    """Each service's own figures, its memory and CPU are shown, and the services' sum."""
    up(home, "--port", str(free_base()), "--detach")
    began = time.monotonic()
    status = json.loads(run("infra.local.status", home, "-o", "json").stdout)
    assert time.monotonic() - began >= 2
    catalog = status["parts"]["catalog"]
    assert catalog["figures"] == {"lag": 1, "backlog": 2, "held": 3, "waiting": 4}
    assert catalog["memory"] > 1
    assert status["services"]["figures"] == {"lag": 2, "backlog": 4, "held": 6, "waiting": 8}
    assert status["services"]["memory"] == pytest.approx(
        catalog["memory"] + status["parts"]["gateway"]["memory"], abs=0.2
    )
    table = run("infra.local.status", home).stdout
    assert [line.split()[0] for line in table.splitlines()[2:]] == [
        "part",
        "database",
        "broker",
        "topics",
        "catalog",
        "gateway",
        "services",
    ]


def test_status_without_a_stack_says_how_to_start_one(home: Path) -> None:
    """The next command is named, and scripts see exit code 1."""
    status = run("infra.local.status", home)
    assert status.returncode == 1
    assert "make up" in status.stdout
    assert json.loads(run("infra.local.status", home, "-o", "json").stdout) == {"state": "stopped"}
