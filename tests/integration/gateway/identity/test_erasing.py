"""Erasing a person, on a real database: who may, what goes, what stays, and what an older copy may bring back."""

from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest

from chassis.ledger import new_id
from chassis.motions import Lineage
from contracts.people import Personal
from services.gateway.identity.erase_person import erase_person, reapply_erasures
from services.gateway.identity.person import Person
from services.gateway.identity.person_key import PERSON_KEYS, PersonKeys
from services.gateway.identity.store import MongoPeople, MongoSeenSignIns, prepare
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import PERSON, Telling, an_id
from tests.fakes.gateway_on_a_database import PLATFORM_KEY, GatewayOnADatabase

ADMIN = an_id(77)


@pytest.fixture
async def gateway(mongo: str) -> AsyncIterator[GatewayOnADatabase]:
    """A gateway that keeps people in the database."""
    gateway = GatewayOnADatabase(mongo, real_people=True)
    await gateway.prepare()
    await prepare(gateway.database)
    yield gateway
    gateway.close()


async def _reviewed(gateway: GatewayOnADatabase) -> Personal:
    """Demi, known by name, reviewed an app."""
    await gateway.known.remember(PERSON, "Demi Demo")
    text = await gateway.world.keys.lock(PERSON, "It works.")
    tell = Telling()
    await gateway.hear(tell(told.app()), tell(told.version()), tell(told.review(text=text)))
    return text


async def _shown(gateway: GatewayOnADatabase, language: str = "en") -> tuple[str | None, str, bool]:
    async with gateway.client(**{"Accept-Language": language}) as anybody:
        (review,) = (await anybody.get("/apps/docling-serve/reviews")).json()["items"]
    return review["text"], review["author"]["name"], review["author"]["former"]


async def test_an_erased_author_is_a_former_member(gateway: GatewayOnADatabase) -> None:
    """A person erases themself; review and name are gone from the API in both languages, and for every replica."""
    text = await _reviewed(gateway)
    assert await _shown(gateway) == ("It works.", "Demi Demo", False)
    cookie, _ = await gateway.sessions.start(Person(PERSON, ()))
    await MongoSeenSignIns(gateway.database).first_use("s", PERSON, datetime.now(UTC) + timedelta(days=1))

    async with gateway.client(gateway.token()) as demi:
        assert (await demi.delete(f"/people/{PERSON}")).status_code == 204

    assert await _shown(gateway) == (None, "Former member", True)
    assert await _shown(gateway, "nl") == (None, "Voormalig lid", True)
    other_replica = PersonKeys(gateway.database, PLATFORM_KEY)
    assert await other_replica.unlock(text) is None
    assert await gateway.sessions.read(cookie) is None
    assert await gateway.database.collection("seen_sign_ins").count_documents({}) == 0
    assert [entry["topic"] for entry in gateway.published.entries] == ["gateway.people"]
    assert b"Demi" not in gateway.published.entries[0]["value"]


async def test_only_oneself_and_administrators_may(gateway: GatewayOnADatabase) -> None:
    """Another person and somebody who is not signed in may not; an administrator may, and both may again."""
    await _reviewed(gateway)
    async with gateway.stranger() as stranger, gateway.client() as nobody:
        assert (await stranger.delete(f"/people/{PERSON}")).status_code == 403
        assert (await nobody.delete(f"/people/{PERSON}")).status_code == 401
    assert (await _shown(gateway))[1] == "Demi Demo"
    async with gateway.client(gateway.token("admin", person=ADMIN)) as admin:
        assert (await admin.delete(f"/people/{PERSON}")).status_code == 204
        assert (await admin.delete(f"/people/{PERSON}")).status_code == 204
        unknown = await admin.delete(f"/people/{an_id(99)}")
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-person")
        assert (await admin.delete("/people/demi")).status_code == 422
    entry, *more = gateway.published.entries
    assert not more, "a second time says nothing new"
    assert dict(entry["headers"])["ce_actor"] == ADMIN


async def test_a_token_from_before_signs_nobody_in(gateway: GatewayOnADatabase) -> None:
    """An access token that was given out before the erasure is refused, so it can't bring the name back."""
    await _reviewed(gateway)
    token = gateway.token()
    async with gateway.client(token) as demi:
        assert (await demi.delete(f"/people/{PERSON}")).status_code == 204
        assert (await demi.get("/me")).status_code == 401
    assert await gateway.known.name_of(PERSON) is None


async def test_who_comes_back_begins_anew(gateway: GatewayOnADatabase) -> None:
    """After a new sign-in there is a new key; what was written before stays unreadable, by a former member."""
    text = await _reviewed(gateway)
    await erase_person(PERSON, gateway.performer, Lineage(new_id(), actor=PERSON))
    later = datetime.now(UTC) + timedelta(seconds=2)
    async with gateway.client(gateway.token(issued_at=later)) as demi:
        assert (await demi.get("/me")).json()["name"] == "Demi Demo"
        assert (await demi.post("/apps/docling-serve/reviews", json={"rating": 5, "text": "Back."})).status_code == 202
    assert await gateway.world.keys.unlock(text) is None
    assert (await _shown(gateway))[:2] == (None, "Former member")
    assert await reapply_erasures(gateway.database) == 0, "a start must not erase who came back"
    assert await gateway.known.name_of(PERSON) == "Demi Demo"


async def test_an_older_copy_is_erased_again(gateway: GatewayOnADatabase) -> None:
    """Key, name and session that a restored database brings back go at the next start, and with `reapply_erasures`."""
    text = await _reviewed(gateway)
    cookie, _ = await gateway.sessions.start(Person(PERSON, ()))
    copies = {
        name: await gateway.database.collection(name).find({}).to_list(None)
        for name in (PERSON_KEYS, "people", "sessions")
    }
    await erase_person(PERSON, gateway.performer, Lineage(new_id(), actor=PERSON))
    for name, documents in copies.items():
        await gateway.database.collection(name).delete_many({})
        await gateway.database.collection(name).insert_many(documents)
    assert await gateway.world.keys.unlock(text) == "It works."

    assert await reapply_erasures(gateway.database) == 1

    assert await gateway.world.keys.unlock(text) is None
    assert await MongoPeople(gateway.database).name_of(PERSON) is None
    assert await gateway.sessions.read(cookie) is None
    assert await reapply_erasures(gateway.database) == 0
