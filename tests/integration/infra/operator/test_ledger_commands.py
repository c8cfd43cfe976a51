"""`appstore ledger verify|restore` on a real broker and database, with a real service's own table."""

import asyncio
import json
from collections.abc import AsyncIterator

import pytest
from typer.testing import CliRunner, Result

from chassis.entry import LEDGER
from chassis.ledger_check import RESTORING
from chassis.mongo import Database
from contracts import topics
from infra.operator.ledger import ledger
from services.catalog.handlers import MOTIONS
from tests.fakes.chassis_on_the_wire import publish, read
from tests.fakes.chassis_processes import BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import Parts, living, settings_for
from tests.fakes.published import Published

pytestmark = pytest.mark.integration

APP = "0198c9f0-0000-7000-8000-00000000000a"


@pytest.fixture
async def catalog(
    broker: BrokerProcess, database_process: DatabaseProcess, monkeypatch: pytest.MonkeyPatch
) -> AsyncIterator[Parts]:
    """A catalog that published two events and was stopped; the commands are told where it keeps them."""
    monkeypatch.setenv("APPSTORE_MONGO", database_process.url)
    monkeypatch.setenv("APPSTORE_KAFKA", broker.bootstrap)
    monkeypatch.setenv("APPSTORE_LANG", "en")
    database = Database(database_process.url, "appstore_catalog")
    await database.client.drop_database("appstore_catalog")
    for reader in topics.APPS.readers:  # what other tests of this process left there is no reader of this catalog
        await database.client[f"appstore_{reader}"]["cursors"].delete_many({})
        await database.client[f"appstore_{reader}"]["cursors_audit"].delete_many({})
    parts = Parts("catalog", MOTIONS, database, Published())
    async with living(parts, settings_for(broker.bootstrap, database_process.url)) as alive:
        for title in ("One", "Two"):
            await publish(alive, APP, title)
        await read(broker, topics.APPS, 2)
    yield parts
    database.close()


async def run(*arguments: str) -> Result:
    """Run `appstore ledger …` in a thread of its own: the command has an event loop of its own."""
    return await asyncio.to_thread(CliRunner().invoke, ledger, arguments)


async def test_equal_logs_are_said_to_be_equal(catalog: Parts) -> None:
    """Nothing differs: exit code 0 and the number of events; an unknown service and no service are refused."""
    assert len(await catalog.ledger(topics.APPS)) == 2
    found = await run("verify", "catalog", "-o", "json")
    assert found.exit_code == 0, found.output
    [said] = json.loads(found.stdout)["services"]
    assert said == {"service": "catalog", "equal": True, "events": 2, "repeats": 0, "differences": []}
    assert (await run("verify", "nobody")).exit_code == 2
    assert (await run("verify")).exit_code == 2


async def test_what_a_ledger_lacks_is_named_and_put_back(catalog: Parts) -> None:
    """An event on the topic alone is a difference with its place and what to do; restore brings it back."""
    lacking = f"{topics.APPS.name}/{APP}/000000000002"
    await catalog.database.collection(LEDGER).delete_one({"_id": lacking})
    found = await run("verify", "catalog")
    assert found.exit_code == 7
    assert lacking in found.output
    assert "appstore ledger restore" in found.output
    done = await run("restore", "catalog")
    assert done.exit_code == 0, done.output
    assert "1 events read back" in done.output
    assert (await run("verify", "catalog")).exit_code == 0


@pytest.mark.usefixtures("catalog")
async def test_an_older_copy_without_its_log_is_seen_by_its_readers(database_process: DatabaseProcess) -> None:
    """When the log with the later events is gone too, a reader's cursor tells that the ledger went back."""
    reader = Database(database_process.url, "appstore_community")
    cursor = {"_id": f"{topics.APPS.name}/{APP}", "sequence": 3}
    try:
        await reader.collection("cursors").insert_one(cursor)
        found = await run("verify", "catalog")
        assert found.exit_code == 7
        assert f"{topics.APPS.name}/{APP}/000000000003" in found.output
        assert "newer copy" in found.output
        await reader.collection("cursors").update_one({"_id": cursor["_id"]}, {"$set": {"sequence": 2}})
        assert (await run("verify", "catalog")).exit_code == 0
    finally:
        await reader.collection("cursors").delete_many({})
        reader.close()


async def test_a_fork_is_left_as_it_is(catalog: Parts) -> None:
    """Another event at the same place is no older copy: restore changes nothing and names the place."""
    place = f"{topics.APPS.name}/{APP}/000000000002"
    entries = catalog.database.collection(LEDGER)
    entry = await entries.find_one({"_id": place})
    assert entry is not None
    headers = [[name, APP if name == "ce_id" else value] for name, value in entry["headers"]]
    await entries.update_one({"_id": place}, {"$set": {"headers": headers}})
    found = await run("verify", "catalog", "-o", "json")
    assert [one["kind"] for one in json.loads(found.stdout)["services"][0]["differences"]] == ["other-content"]
    refused = await run("restore", "catalog")
    assert refused.exit_code == 7
    assert place in refused.output
    assert await catalog.stored(RESTORING) == []
