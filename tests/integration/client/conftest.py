"""A fake gateway on a real port, and the `appstore` command as a process of its own that talks to it."""

import asyncio
import json
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from appstore_client.cli.main import main
from appstore_client.sign_in.code_flow import sign_in_by_form
from appstore_client.sign_in.discovery import find_issuer
from appstore_client.sign_in.token_file import TokenFile

from tests.fakes.gateway import FakeGateway
from tests.unit.client.samples import APPS, IMAGE_NOT_FOUND

PATIENCE = 20
"""Seconds for a command that answers in less than one."""
PASSWORD = "demo-demi"


@dataclass(frozen=True)
class Served:
    """A fake and where it listens."""

    fake: FakeGateway
    address: str


@pytest.fixture
def gateway() -> Iterator[Served]:
    """A fake gateway with the sample apps."""
    fake = FakeGateway(apps=deepcopy(APPS), failures={"broken": IMAGE_NOT_FOUND}, never_ends={"slow"})
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(fake.app(), log_level="error", timeout_graceful_shutdown=1))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]}, daemon=True)
    thread.start()
    deadline = time.monotonic() + PATIENCE
    while not server.started:
        assert time.monotonic() < deadline
        os.sched_yield()
    yield Served(fake, f"http://127.0.0.1:{listener.getsockname()[1]}")
    server.should_exit = True
    thread.join(PATIENCE)
    listener.close()


@dataclass(frozen=True)
class Ran:
    """What a command did."""

    code: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        """Its standard output, parsed."""
        return json.loads(self.out)


Appstore = Callable[..., Ran]


@pytest.fixture
def environment(gateway: Served, tmp_path: Path) -> dict[str, str]:
    """The environment of the command: this address, a home of its own, English."""
    own = {"APPSTORE_ADDRESS": gateway.address, "XDG_CONFIG_HOME": str(tmp_path), "APPSTORE_LANG": "en"}
    return os.environ | own


@pytest.fixture
def anonymous(environment: dict[str, str]) -> Appstore:
    """Runs `appstore` with nobody signed in."""

    def run(*arguments: str, typed: str = "", **more: str) -> Ran:
        done = subprocess.run(  # noqa: S603 - our own command
            [sys.executable, "-m", "appstore_client.cli.main", *arguments],
            input=typed,
            capture_output=True,
            text=True,
            timeout=PATIENCE,
            env=environment | more,
            check=False,
        )
        return Ran(done.returncode, done.stdout, done.stderr)

    return run


@pytest.fixture
def appstore(anonymous: Appstore) -> Appstore:
    """Runs `appstore` as somebody who signed in the real way."""
    ran = anonymous("login", "--username", "demi", "--password-stdin", typed=f"{PASSWORD}\n")
    assert ran.code == 0, ran.err
    return anonymous


@pytest.fixture
def here(
    gateway: Served, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> Appstore:
    """Runs `appstore` without a process of its own."""
    monkeypatch.setenv("APPSTORE_ADDRESS", gateway.address)
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))

    def run(*arguments: str, **more: str) -> Ran:
        monkeypatch.setenv("APPSTORE_LANG", more.get("APPSTORE_LANG", "en"))
        with pytest.raises(SystemExit) as ended:
            main(arguments)
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    return run


@pytest.fixture
def living(here: Appstore, gateway: Served) -> Appstore:
    """Runs `appstore` as somebody who is signed in and whose deployment `open` runs with a setting."""
    asyncio.run(sign_in(gateway.address))
    assert here("deploy", "open", "--set", "log-level=info", "--replicas", "2").code == 0
    return here


async def sign_in(address: str) -> None:
    """Leave what `appstore login` leaves."""
    async with httpx.AsyncClient() as http:
        issuer = await find_issuer(http, address)
        tokens = await sign_in_by_form(http, issuer, "demi", PASSWORD)
    TokenFile().write(address, issuer, tokens)
