"""`appstore audit` on a real database, on a chain that the gateway itself appended."""

import json
from collections.abc import AsyncIterator, Callable
from typing import Any

import pytest
from pymongo import MongoClient
from pymongo.database import Database as Documents
from typer.testing import CliRunner, Result

from chassis.entry import LEDGER, ledger_entry
from chassis.mongo import Database
from chassis.motions import Table
from chassis.projection import Projector
from contracts.envelope import Event
from infra.operator.audit import audit
from services.gateway.audit.chain import GENESIS, hash_of, sealed
from services.gateway.audit.store import AUDIT, HEAD, HEADS
from services.gateway.handlers import MOTIONS
from tests.fakes import gateway_events as told
from tests.fakes.chassis_messages import Sent
from tests.fakes.chassis_service import Parts
from tests.fakes.gateway_events import Telling
from tests.fakes.published import Published

pytestmark = pytest.mark.integration

Stored = Documents[dict[str, Any]]


@pytest.fixture
async def stored(mongo: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Stored]:
    """The gateway's database after a small story, and the deployer's ledger of its part."""
    monkeypatch.setenv("APPSTORE_MONGO", mongo)
    monkeypatch.setenv("APPSTORE_LANG", "en")
    client: MongoClient[dict[str, Any]] = MongoClient(mongo)
    for service in ("gateway", "deployer"):
        for name in client[f"appstore_{service}"].list_collection_names():
            client[f"appstore_{service}"][name].delete_many({})
    tell = Telling()
    events: list[Event[Any]] = [tell(told.app()), tell(told.requested(), team=told.TEAM, actor=told.PERSON)]
    events += [tell(one, generation=1) for one in (told.approved(), told.started(), told.failed())]
    client["appstore_deployer"][LEDGER].insert_many(
        [ledger_entry(event, event.data.topic, event.context.time) for event in events[3:]]
    )
    database = Database(mongo, "appstore_gateway")
    parts = Parts("gateway", MOTIONS, database, Published())
    await Projector(Table(MOTIONS), database, parts.handler).apply([Sent.of(event).arrived() for event in events])
    yield client["appstore_gateway"]
    database.close()
    client.close()


def run(*arguments: str) -> Result:
    """Run `appstore audit …` in this process."""
    return CliRunner().invoke(audit, arguments)


def verified(*arguments: str) -> tuple[int, dict[str, Any]]:
    """The exit code and the verdict."""
    result = run("verify", "-o", "json", *arguments)
    return result.exit_code, json.loads(result.stdout)


def change(stored: Stored) -> None:
    """Another did it."""
    stored[AUDIT].update_one({"_id": 2}, {"$set": {"actor": told.an_id(666)}})


def remove(stored: Stored) -> None:
    """It never happened."""
    stored[AUDIT].delete_one({"_id": 3})


def insert(stored: Stored) -> None:
    """Something else happened."""
    for number in (5, 4, 3):
        link = stored[AUDIT].find_one_and_delete({"_id": number})
        assert link is not None
        stored[AUDIT].insert_one({**link, "_id": number + 1})
    other = {**(stored[AUDIT].find_one({"_id": 2}) or {}), "_id": 3}
    stored[AUDIT].insert_one({**other, "hash": hash_of(other)})


def reorder(stored: Stored) -> None:
    """It happened in another order."""
    links = {number: stored[AUDIT].find_one_and_delete({"_id": number}) or {} for number in (3, 4)}
    stored[AUDIT].insert_many([{**links[3], "_id": 4}, {**links[4], "_id": 3}])


def cut_off(stored: Stored) -> None:
    """The last of it never happened."""
    stored[AUDIT].delete_many({"_id": {"$gt": 3}})


@pytest.mark.parametrize(
    ("tamper", "broken", "at"),
    [
        (change, "changed", 2),
        (remove, "missing", 3),
        (insert, "not-linked", 3),
        (reorder, "not-linked", 3),
        (cut_off, "cut-off", 4),
    ],
)
def test_tampering_is_named_and_fails(stored: Stored, tamper: Callable[[Stored], None], broken: str, at: int) -> None:
    """`verify` says the first link that does not hold and exits with 1; before, it exits with 0."""
    code, verdict = verified()
    assert (code, verdict["entries"], verdict["holds"]) == (0, 5, True)
    assert (verdict["compared"], verdict["absent"]) == (2, 3)
    tamper(stored)
    code, verdict = verified()
    assert (code, verdict["broken"], verdict["at"], verdict["holds"]) == (1, broken, at, False)
    assert "does not hold" in run("verify").stdout


def test_an_anchor_shows_that_the_end_was_cut_off_with_its_head(stored: Stored, mongo: str) -> None:
    """Whoever shortens chain, head and ledger is found out by the hash that was kept elsewhere."""
    _, verdict = verified()
    anchor = verdict["head"]
    assert verified("--anchor", anchor)[1]["anchored_at"] == 5
    third = stored[AUDIT].find_one({"_id": 3}) or {}
    cut_off(stored)
    stored[HEADS].update_one({"_id": HEAD}, {"$set": {"number": 3, "hash": third["hash"]}})
    assert verified()[1]["broken"] == "not-there"
    client: MongoClient[dict[str, Any]] = MongoClient(mongo)
    client["appstore_deployer"][LEDGER].delete_many({})
    client.close()
    assert verified()[0] == 0
    code, verdict = verified("--anchor", anchor)
    assert (code, verdict["broken"], verdict["anchored_at"]) == (1, None, None)
    assert "does not contain the anchor" in run("verify", "--anchor", anchor).stdout
    assert run("verify", "--anchor", "nonsense").exit_code == 2


def test_an_event_that_is_not_the_audited_one_is_seen(stored: Stored, mongo: str) -> None:
    """A ledger whose event was changed does not belong to the chain any more."""
    client: MongoClient[dict[str, Any]] = MongoClient(mongo)
    client["appstore_deployer"][LEDGER].update_one({"sequence": 2}, {"$set": {"value": b"{}"}})
    client.close()
    code, verdict = verified()
    assert (code, verdict["broken"], verdict["at"]) == (1, "other-event", 5)
    assert stored.name == "appstore_gateway"


def test_an_event_that_the_chain_never_had_is_seen(stored: Stored) -> None:
    """A chain written anew without an event is whole in itself; the ledger of who wrote the event tells."""
    links = [link for link in stored[AUDIT].find().sort("_id", 1) if link["sequence"] != 2]
    stored[AUDIT].delete_many({})
    previous = GENESIS
    for number, link in enumerate(links, 1):
        entry = {name: value for name, value in link.items() if name not in {"_id", "previous", "hash"}}
        anew = sealed(entry, number, previous)
        stored[AUDIT].insert_one(anew)
        previous = anew["hash"]
    stored[HEADS].replace_one({"_id": HEAD}, {"number": len(links), "hash": previous})
    code, verdict = verified()
    assert (code, verdict["broken"]) == (1, "not-there")
    assert verdict["event"].startswith("deployer.deployments/")


def test_entries_are_listed_by_what_is_asked(stored: Stored) -> None:
    """Newest first, by team, time, subject or type, page by page; reasons and people are codes and ids."""
    everything = json.loads(run("list", "-o", "json").stdout)
    assert [one["number"] for one in everything["items"]] == [5, 4, 3, 2, 1]
    page = json.loads(run("list", "--limit", "2", "-o", "json").stdout)
    assert ([one["number"] for one in page["items"]], page["before"]) == ([5, 4], 4)
    older = json.loads(run("list", "--limit", "2", "--before", "4", "-o", "json").stdout)
    assert [one["number"] for one in older["items"]] == [3, 2]
    for asked, numbers in (
        (("--team", told.TEAM), [2]),
        (("--subject", told.APP), [1]),
        (("--type", "nl.appstore.deployment.failed.v1"), [5]),
        (("--since", "2026-11-24T12:00:04"), [5, 4]),
        (("--since", "2027-01-01"), []),
    ):
        found = json.loads(run("list", *asked, "-o", "json").stdout)
        assert [one["number"] for one in found["items"]] == numbers, asked
    shown = run("list").stdout
    assert "cause " in shown
    assert told.PERSON in shown
    assert stored[AUDIT].count_documents({}) == 5
