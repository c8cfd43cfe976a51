"""Every command that changes something equals an API request, which `--show-request` prints instead of sending it."""

import json
import os
import shlex
import shutil
import subprocess
from collections.abc import Iterator
from importlib.metadata import entry_points
from inspect import signature
from pathlib import Path
from typing import Any

import pytest
import typer
from appstore_client.cli.main import GROUP, OPERATOR_COMMANDS
from appstore_client.sign_in.token_file import TokenFile

from tests.fakes.recorder import Received
from tests.integration.client.conftest import Appstore, Ran, Served

COMMANDS = (
    "deploy open --name second --set workers=4 --replicas 2 --decide-within 30",
    "plan open --name second --set workers=4",
    "upgrade open --version 1.1.0 --set workers=4",
    "configure open log-level=debug --unset workers",
    "scale open 3",
    "restart open",
    "rollback open --to 1",
    "cancel open",
    "pause open",
    "resume open",
    "remove open",
    'review open --rating 4 --text "It works, doesn\'t it"',
    'evidence add open 1.0.0 --kind dpia --value \'{"status": "definitief"}\'',
    "person erase 019ab000-0000-7000-8000-0000000000f1 --yes",
    "promote open --to production --yes",
    "apply -f {folder} --source data/deployments --yes",
)
READS_ONLY = {
    "login",
    "logout",
    "whoami",
    "apps",
    "app",
    "status",
    "operations",
    "timeline",
    "revisions",
    "events",
    "logs",
    "diff",
    "doctor",
    "environments",
    "export",
}
DECLARED = """\
apiVersion: appstore.nl/v1
kind: Deployment
metadata: {{name: {name}}}
spec: {{app: open, version: 1.0.0, environment: test, parameters: {{note: "it's é"}}, replicas: {replicas}}}
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder that declares what is there otherwise."""
    (tmp_path / "declared").mkdir()
    (tmp_path / "declared" / "open.yaml").write_text(DECLARED.format(name="open", replicas=5))
    return tmp_path / "declared"


def typed(command: str, folder: Path) -> list[str]:
    """What stands at the prompt."""
    return [part.format(folder=folder) if part == "{folder}" else part for part in shlex.split(command)]


def changed(gateway: Served) -> list[Received]:
    """What the API was sent to change something; a sign-in changes nothing of it."""
    return [one for one in gateway.fake.received if "/api/v1/" in one.url]


def parsed(line: str) -> Received:
    """What a line for curl sends."""
    parts = shlex.split(line.replace("\\\n", " "))
    assert parts[:2] == ["curl", "--request"]
    options = dict.fromkeys(("--data-binary",), "null")
    headers = {}
    for option, value in zip(parts[4::2], parts[5::2], strict=True):
        if option == "--header":
            name, _, text = value.partition(": ")
            headers[name.lower()] = text
        else:
            options[option] = value

    return Received(parts[2], parts[3], headers, json.loads(options["--data-binary"]))


@pytest.mark.parametrize("command", COMMANDS, ids=lambda command: command.split()[0])
def test_what_is_shown_is_what_is_sent(living: Appstore, gateway: Served, folder: Path, command: str) -> None:
    """Method, address, headers and body are those that the API gets when the same is typed without the option."""
    if command.startswith("cancel"):
        gateway.fake.never_ends.add("3.0.0")
        living("upgrade", "open", "--version", "3.0.0", "--no-wait")
    before = len(changed(gateway))
    shown = living(*typed(command, folder), "--show-request")
    assert (shown.code, len(changed(gateway))) == (0, before), shown.err
    living(*typed(command, folder))
    (got,) = changed(gateway)[before:]
    said = parsed(shown.out)
    assert (said.method, said.url, said.body) == (got.method, got.url, got.body)
    assert said.headers.pop("authorization") == "Bearer $APPSTORE_TOKEN"
    assert got.headers["authorization"].startswith("Bearer ")
    if "idempotency-key" in said.headers:
        assert said.headers.pop("idempotency-key") != got.headers["idempotency-key"]
    assert said.headers.items() <= got.headers.items()


def functions() -> Iterator[tuple[str, Any]]:
    """Every command of the client by the word it begins with."""
    for point in entry_points(group=GROUP):
        if point.name in OPERATOR_COMMANDS or not point.value.startswith("appstore_client."):
            continue
        command = point.load()
        rows = command.registered_commands if isinstance(command, typer.Typer) else None
        yield from ((point.name, row.callback) for row in rows) if rows is not None else [(point.name, command)]


def test_no_command_is_forgotten() -> None:
    """Each command either only reads, or has the option and is tried here."""
    with_option = {name for name, function in functions() if "show_request" in signature(function).parameters}
    assert with_option == {command.split()[0] for command in COMMANDS}
    assert {name for name, _ in functions()} == with_option | READS_ONLY


@pytest.mark.skipif(shutil.which("curl") is None or shutil.which("bash") is None, reason="there is no curl here")
def test_the_line_works(living: Appstore, gateway: Served, folder: Path) -> None:
    """With a token in the variable, the printed line does what the command does."""
    shown = living("apply", "-f", str(folder), "--show-request")
    kept = TokenFile().read(gateway.address)
    assert kept is not None
    done = subprocess.run(  # noqa: S603 - the line that is tried
        [str(shutil.which("bash")), "-c", f"{shown.out.strip()} --silent --fail"],
        env=os.environ | {"APPSTORE_TOKEN": kept[1].access},
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert gateway.fake.bodies[-1]["parameters"] == {"note": "it's é"}
    assert gateway.fake.bodies[-1]["replicas"] == 5


def test_a_secret_is_not_shown(living: Appstore, tmp_path: Path) -> None:
    """Its name stands where its value would, and the command says so."""
    (tmp_path / "token").write_text("hunter2")
    secret = ("--secret-from-file", f"token={tmp_path / 'token'}", "--show-request")
    ran: Ran = living("deploy", "open", *secret)
    assert "<value of token>" in ran.out
    assert "put them in yourself" in ran.err
    assert "hunter2" not in ran.out + ran.err + living("deploy", "open", *secret, "-o", "json").out


def test_a_program_gets_json(living: Appstore, gateway: Served) -> None:
    """With `-o json` the request is an object."""
    told = living("scale", "open", "3", "--show-request", "-o", "json").json
    assert (told["method"], told["body"]) == ("PATCH", {"replicas": 3})
    assert told["url"].startswith(f"{gateway.address}/api/v1/deployments/")
    assert "Authorization" not in told["headers"]
