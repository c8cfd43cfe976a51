"""Identity's collections in the gateway's database: `sessions`, `people`, `seen_sign_ins`.

None of them is in a ledger: sessions and what was seen may be lost (people sign in again), names are *only in the
backup*. MongoDB removes what has expired (a TTL index); whoever reads checks the time too, since that sweep is slow.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from chassis.mongo import AlreadyThere, Database, Document
from contracts.people import Role
from services.gateway.identity.erased import Erasures, from_before
from services.gateway.identity.person import Membership, Person
from services.gateway.identity.session import Session, utc_now

SESSIONS = "sessions"
PEOPLE = "people"
SEEN_SIGN_INS = "seen_sign_ins"


async def prepare(database: Database) -> None:
    """Make the indexes; safe to repeat."""
    await database.collection(SESSIONS).create_index("ends_at", expireAfterSeconds=0)
    await database.collection(SESSIONS).create_index("person")
    await database.collection(SEEN_SIGN_INS).create_index("until", expireAfterSeconds=0)
    await database.collection(SEEN_SIGN_INS).create_index("person")


class MongoSessions:
    """`SessionStore` in the collection `sessions`."""

    def __init__(self, database: Database) -> None:
        self._sessions = database.collection(SESSIONS)

    async def put(self, session: Session) -> None:
        """Keep or replace."""
        await self._sessions.replace_one({"_id": session.key}, _session_document(session), upsert=True)

    async def touch(self, session: Session) -> None:
        """Note the newest use, unless the session is gone."""
        seen = {"seen_at": session.seen_at, "ends_at": session.ends_at}
        await self._sessions.update_one({"_id": session.key}, {"$set": seen})

    async def get(self, key: str) -> Session | None:
        """Return the session with this hash."""
        found = await self._sessions.find_one({"_id": key})
        return _session(found) if found else None

    async def delete(self, key: str) -> None:
        """Forget it."""
        await self._sessions.delete_one({"_id": key})


class MongoPeople:
    """`People` in the collection `people`."""

    def __init__(self, database: Database) -> None:
        self._people = database.collection(PEOPLE)
        self._erasures = Erasures(database)

    async def remember(self, person_id: str, name: str) -> None:
        """Keep the name a person has now; not the one of somebody who is erased at this very moment."""
        erasure = await self._erasures.of(person_id)
        known = {"name": name, "erasures": erasure.count}
        await self._people.update_one({"_id": person_id}, {"$set": known}, upsert=True)
        if (now := await self._erasures.of(person_id)).count > erasure.count:
            await self._people.delete_one({"_id": person_id, **from_before(now)})

    async def name_of(self, person_id: str) -> str | None:
        """Return the name."""
        found = await self._people.find_one({"_id": person_id}, {"name": 1})
        return str(found["name"]) if found and "name" in found else None

    async def erased_at(self, person_id: str) -> datetime | None:
        """Return when somebody was erased."""
        return (await self._erasures.of(person_id)).at


class MongoSeenSignIns:
    """`SeenSignIns` in the collection `seen_sign_ins`."""

    def __init__(self, database: Database, now: Callable[[], datetime] = utc_now) -> None:
        self._seen = database.collection(SEEN_SIGN_INS)
        self._now = now

    async def first_use(self, key: str, person: str, until: datetime) -> bool:
        """Insert the key; whoever comes second finds it taken."""
        try:
            await self._seen.insert_one({"_id": key, "person": person, "started_at": self._now(), "until": until})
        except AlreadyThere:
            return False
        return True

    async def forget(self, key: str) -> None:
        """Take it back."""
        await self._seen.delete_one({"_id": key})


def _session_document(session: Session) -> Document:
    return {
        "_id": session.key,
        "person": session.person.id,
        "teams": [
            {"id": one.team, "slug": one.slug, "roles": sorted(role.value for role in one.roles)}
            for one in session.person.memberships
        ],
        "csrf": session.csrf,
        "started_at": session.started_at,
        "seen_at": session.seen_at,
        "ends_at": session.ends_at,
    }


def _session(document: Document) -> Session:
    memberships = tuple(
        Membership(team["id"], team["slug"], frozenset(Role(role) for role in team["roles"]))
        for team in document["teams"]
    )
    return Session(
        key=document["_id"],
        person=Person(document["person"], memberships),
        csrf=document["csrf"],
        started_at=_utc(document["started_at"]),
        seen_at=_utc(document["seen_at"]),
    )


def _utc(moment: datetime) -> datetime:
    """Say that it is UTC: a client that is not told `tz_aware` leaves it out."""
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
