"""The operator's commands on a real database, on messages that the chassis itself held."""

import base64
import json
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chassis.mongo import Database
from chassis.wire import RawMessage
from contracts import topics
from infra.local.stack import Stack, start
from infra.operator.held import held
from tests.fakes.chassis_service import READER, Parts
from tests.fakes.published import Published

pytestmark = pytest.mark.integration

TOPIC = topics.REVIEW_REQUESTS.name


@pytest.fixture
async def stack(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stack]:
    """A database alone, named by the service's own setting."""
    async with start(home=tmp_path, only=("database",)) as stack:
        monkeypatch.setenv("APPSTORE_MONGO", stack.mongo)
        monkeypatch.setenv("APPSTORE_LANG", "en")
        monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
        yield stack


@pytest.fixture
async def community(stack: Stack) -> AsyncIterator[Parts]:
    """A service that holds what it can't read."""
    database = Database(stack.mongo, "appstore_community")
    yield await Parts("community", READER, database, Published()).memory()
    database.close()


def run(*arguments: str) -> Result:
    """Run `appstore held …` in this process."""
    return CliRunner().invoke(held, arguments)


def raw(offset: int, key: bytes | None, value: bytes) -> RawMessage:
    """A message without an envelope."""
    return RawMessage(TOPIC, 2, offset, key, value, (("x-from", b"elsewhere"),), "an-epoch")


async def test_what_is_held_is_listed_and_shown_whole(community: Parts) -> None:
    """The list has the message that failed with the number of those behind it; `show` has its exact bytes and why."""
    await community.handle(raw(7, b"one", b"\x1b[31mnot json"))
    await community.handle(raw(8, b"one", b"later"))
    await community.handle(raw(9, None, b"\xff\xfe"))

    listed = json.loads(run("list", "community", "-o", "json").stdout)["items"]
    assert [(one["key"], one["reason"], one["queuedBehind"]) for one in listed] == [
        ("one", "bad-envelope", 1),
        (None, "bad-envelope", 0),
    ]
    everywhere = run("list", "--all")
    assert everywhere.exit_code == 0
    assert all(one["id"] in everywhere.stdout for one in listed)

    shown = run("show", "community", listed[0]["id"])
    assert "Later messages of this key that wait behind it: 1" in shown.stdout
    assert "x-from: elsewhere" in shown.stdout
    assert "1b 5b 33 31 6d 6e 6f 74" in shown.stdout
    # What somebody else wrote must not steer the operator's terminal.
    assert "\x1b[31m" not in shown.stdout
    whole = json.loads(run("show", "community", listed[1]["id"], "-o", "json").stdout)
    assert base64.b64decode(whole["valueBase64"]) == b"\xff\xfe"
    assert (whole["partition"], whole["offset"], whole["epoch"]) == (2, 9, "an-epoch")


async def test_nothing_held_is_said(stack: Stack) -> None:
    """Where nothing is held, the list says so, and an id is not found."""
    assert stack.mongo
    assert "No message is held." in run("list", "--all").stdout
    assert run("show", "catalog", "019ab000-0000-7000-8000-000000000001").exit_code == 5


async def test_a_database_that_is_away_is_the_platforms_fault(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """When nobody answers, the exit code is 7 and the address is shown without its password."""
    monkeypatch.setenv("APPSTORE_MONGO", f"mongodb://somebody:secret@127.0.0.1:{stack.ports.broker}/")
    away = run("list", "community")
    assert away.exit_code == 7
    assert f"127.0.0.1:{stack.ports.broker}" in away.stderr
    assert "secret" not in away.output
