"""Identity's collections in a real database."""

from datetime import UTC, datetime, timedelta

import pytest

from chassis.mongo import Database
from contracts.people import Role
from services.gateway.identity.person import Membership, Person
from services.gateway.identity.session import Sessions, hash_cookie
from services.gateway.identity.store import MongoPeople, MongoSeenSignIns, MongoSessions, prepare
from tests.fakes.identity import PERSON, TEAM_DATA

SOMEBODY = Person(PERSON, (Membership(TEAM_DATA, "team-data", frozenset({Role.DEVELOPER, Role.DEVOPS})),), "Demi Demo")


@pytest.fixture(autouse=True)
async def _indexed(database: Database) -> None:
    """The collections have their indexes, as after a start."""
    await prepare(database)


@pytest.mark.asyncio
async def test_a_session_is_kept_used_and_ended(database: Database) -> None:
    """A session comes back with person, roles and times, and is gone after signing out."""
    sessions = Sessions(MongoSessions(database))
    cookie, started = await sessions.start(SOMEBODY)
    read = await Sessions(MongoSessions(database)).read(cookie)
    assert read is not None
    assert read.person == SOMEBODY
    assert read.csrf == started.csrf
    assert abs(read.started_at - started.started_at) < timedelta(milliseconds=1)
    await sessions.end(cookie)
    assert await sessions.read(cookie) is None


@pytest.mark.asyncio
async def test_neither_cookie_nor_name_is_in_the_database(database: Database) -> None:
    """The stored session names the person by id and the cookie by hash."""
    cookie, _ = await Sessions(MongoSessions(database)).start(SOMEBODY)
    document = await database.collection("sessions").find_one({"_id": hash_cookie(cookie)})
    assert document is not None
    assert cookie not in str(document)
    assert "Demi" not in str(document)
    assert document["ends_at"] > document["seen_at"]


@pytest.mark.asyncio
async def test_expired_documents_are_the_databases_to_remove(database: Database) -> None:
    """Both collections that grow with use have a TTL index, and preparing twice is no error."""
    await prepare(database)
    for collection, field in (("sessions", "ends_at"), ("seen_sign_ins", "until")):
        indexes = (await database.collection(collection).index_information()).values()
        assert [index["expireAfterSeconds"] for index in indexes if index["key"] == [(field, 1)]] == [0]


@pytest.mark.asyncio
async def test_a_sign_in_is_seen_for_the_first_time_once(database: Database) -> None:
    """Of several replicas exactly one is told that it is the first."""
    until = datetime.now(UTC) + timedelta(days=1)
    replicas = [MongoSeenSignIns(database) for _ in range(3)]
    assert [await replica.first_use("one", PERSON, until) for replica in replicas] == [True, False, False]
    await replicas[0].forget("one")
    assert await replicas[1].first_use("one", PERSON, until)


@pytest.mark.asyncio
async def test_a_name_is_the_newest_one(database: Database) -> None:
    """The people collection keeps the name somebody has now, and knows nobody else."""
    people = MongoPeople(database)
    await people.remember(PERSON, "Demi Demo")
    await people.remember(PERSON, "Demi Example")
    assert await people.name_of(PERSON) == "Demi Example"
    assert await people.name_of(TEAM_DATA) is None
