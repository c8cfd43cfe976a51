"""`appstore events --follow` as a process: events come as they happen, until somebody stops it."""

import json
import signal
import subprocess
import sys
from collections.abc import Iterator

import pytest

from tests.integration.client.conftest import PATIENCE, Appstore, Served


@pytest.fixture
def following(appstore: Appstore, gateway: Served, environment: dict[str, str]) -> Iterator[subprocess.Popen[str]]:
    """The command, once its stream is open."""
    assert appstore("whoami").code == 0
    process = subprocess.Popen(
        [sys.executable, "-m", "appstore_client.cli.main", "events", "--follow", "-o", "json"],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    gateway.fake.stream_opened.wait(PATIENCE)
    yield process
    process.kill()
    process.communicate()


def test_events_come_as_they_happen_also_after_a_break(
    following: subprocess.Popen[str],
    appstore: Appstore,
    gateway: Served,
) -> None:
    """Each event is one line of JSON, once and in order, though the connection breaks after every second one."""
    gateway.fake.break_stream_after = 2
    assert appstore("deploy", "open").code == 0
    assert following.stdout is not None
    lines = [json.loads(following.stdout.readline())["event"] for _ in range(4)]
    assert lines == ["DeploymentRequested", "DeploymentApproved", "DeploymentStarted", "DeploymentSucceeded"]


def test_somebody_who_stops_watching_is_told_that_it_goes_on(following: subprocess.Popen[str]) -> None:
    """Ctrl-C ends it with 130 and one sentence."""
    following.send_signal(signal.SIGINT)
    _, err = following.communicate(timeout=PATIENCE)
    assert following.returncode == 130
    assert err.strip() == "Stopped watching. What you asked for goes on."
