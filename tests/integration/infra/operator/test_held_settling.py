"""`appstore held redrive|skip` on a real database, beside a service that does what was marked."""

import asyncio
import hashlib
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from chassis.background import sweep_forever
from chassis.handle import Outcome
from chassis.ledger import new_id
from chassis.mongo import Database
from chassis.wire import RawMessage
from contracts import topics
from infra.operator.held import held
from tests.fakes.chassis_messages import app_published, review_submitted, sent
from tests.fakes.chassis_service import READER, UNLUCKY, Parts, until
from tests.fakes.published import Published

pytestmark = pytest.mark.integration

TOPIC = topics.REVIEW_REQUESTS.name


@pytest.fixture
async def community(mongo: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Parts]:
    """A service on the database that the command's own setting names; nobody is signed in."""
    monkeypatch.setenv("APPSTORE_MONGO", mongo)
    monkeypatch.setenv("APPSTORE_LANG", "en")
    monkeypatch.setenv("XDG_CONFIG_HOME", str(tmp_path))
    database = Database(mongo, "appstore_community")
    for name in await database.raw.list_collection_names():
        await database.collection(name).delete_many({})
    yield await Parts("community", READER, database, Published()).memory()
    database.close()


@asynccontextmanager
async def sweeping(community: Parts) -> AsyncIterator[None]:
    """The service runs: it looks for wishes while a command waits."""
    task = asyncio.create_task(sweep_forever(community.redelivery, community.clock))
    try:
        yield
    finally:
        task.cancel()


async def beside(*arguments: str, answer: str | None = None) -> Result:
    """Run `appstore held …` while the service goes on."""
    return await asyncio.to_thread(CliRunner().invoke, held, arguments, answer)


def run(*arguments: str) -> Result:
    """Run `appstore held …` in this process."""
    return CliRunner().invoke(held, arguments)


def raw(offset: int, key: bytes | None, value: bytes) -> RawMessage:
    """A message without an envelope."""
    return RawMessage(TOPIC, 2, offset, key, value, (("x-from", b"elsewhere"),), "an-epoch")


async def test_a_marked_message_is_handled_or_fails_again(community: Parts) -> None:
    """Redrive says what became of each: 7 for one that failed again, 8 while no service takes it up, 2 for mistakes."""
    await community.handle(raw(7, b"one", b"not json"))
    await community.handle(raw(8, b"one", b"later"))
    failed, queued = (one["held"] for one in sorted(await community.stored("held"), key=lambda one: one["since"]))
    away = run("redrive", "community", failed, "--wait", "0")
    assert (away.exit_code, "has not taken it up yet" in away.stderr) == (8, True)
    async with sweeping(community):
        again = await beside("redrive", "community", "--key", TOPIC, "one")
        none = await beside("redrive", "community", "--all", "--reason", "bad-data")
    assert (again.exit_code, "failed again: bad-envelope (attempt" in again.stderr) == (7, True)
    assert (none.exit_code, "No held message is meant" in none.stdout) == (0, True)
    assert run("redrive", "community", queued).exit_code == 2
    assert run("redrive", "community", failed, "--all").exit_code == 2
    assert run("redrive", "community", new_id()).exit_code == 5
    assert run("redrive", "community", failed, "--by", "jan").exit_code == 2
    assert "attempts" in run("show", "community", failed).stdout


async def test_a_skip_says_what_is_lost_and_asks(community: Parts) -> None:
    """Without a yes nothing happens; with it those behind follow, and the event has person and hash, not the text."""

    async def none_is_held() -> bool:
        return await community.stored("held") == []

    person, app = new_id(), new_id()
    await community.handle(sent(app_published(app)).arrived())
    bad = sent(review_submitted(app, rating=UNLUCKY))
    after = sent(review_submitted(app, review=(bad.key or b"").decode()), 2)
    assert [await community.handle(one.arrived()) for one in (bad, after)] == [Outcome.HELD] * 2
    [failed, _] = [document["held"] for document in await community.stored("held")]
    reason = ("--reason", "Written by a client that is gone.")
    assert run("skip", "community", failed).exit_code == 2
    assert run("skip", "community", failed, "--reason", " ").exit_code == 2
    refused = CliRunner().invoke(held, ["skip", "community", failed, *reason], "n\n")
    assert (refused.exit_code, "nl.appstore.review.submitted.v1, number 1" in refused.stderr) == (2, True)
    assert "handled then: 1" in refused.stderr
    assert await community.stored("skipped") == []
    async with sweeping(community):
        done = await beside("skip", "community", failed, *reason, "--by", person, answer="y\n")
        await until(none_is_held, "those behind followed")
    assert (done.exit_code, "was skipped" in done.stdout) == (0, True)
    [told] = [entry for entry in await community.ledger(topics.HELD_MESSAGES["community"]) if entry["sequence"] == 2]
    said = json.loads(bytes(told["value"]))
    assert (said["by"], said["person"]) == ("person", person)
    assert said["reasonSha256"] == hashlib.sha256(reason[1].encode()).hexdigest()
