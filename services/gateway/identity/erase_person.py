"""Erase a person: the event, and in the same transaction their key and their name; then sessions and sign-ins.

Before it: the route let somebody do this. After it: `key_topic` takes the key off its topic, every reader finds neither
key nor name, and whoever was signed in is signed out. `reapply_erasures` does the same again for everybody who was ever
erased: at each start, and after a database was restored from an older copy.
"""

from typing import Any

from chassis.ledger import Motion
from chassis.mongo import Database
from chassis.motions import Lineage
from chassis.perform import Performer
from contracts.identity.events import PersonErased
from contracts.refusals import Refusal
from services.gateway.accept.operation import OPERATIONS
from services.gateway.identity.erased import ERASED, Erasure, Erasures, from_before
from services.gateway.identity.person_key import GONE, PERSON_KEYS
from services.gateway.identity.store import PEOPLE, SEEN_SIGN_INS, SESSIONS


class UnknownPerson(Refusal):
    """Nothing here is known about a person with this id."""

    code = "unknown-person"


async def erase_person(person: str, performer: Performer, lineage: Lineage) -> None:
    """Forget one person. Again for somebody who did not come back since does nothing. Raises UnknownPerson, NotNow."""

    async def work(motion: Motion) -> None:
        key = await motion.collection(PERSON_KEYS).get(person)
        has_key = key is not None and "wrapped" in key
        known = has_key or await motion.collection(PEOPLE).get(person) is not None
        if not known and not await _is_news(motion, person):
            return
        await motion.record(PersonErased(person=person))
        if has_key:
            await motion.collection(PERSON_KEYS).put(person, GONE)
        await motion.collection(PEOPLE).delete(person)

    await performer.perform(work, lineage=lineage)
    await _forget(person, await Erasures(performer.database).of(person), performer.database)


async def reapply_erasures(database: Database) -> int:
    """Forget again what is left of people from before their erasure; of how many there was something.

    Reads one document per key, name and session in batches; writes nothing when there is nothing to forget.
    """
    erasures = Erasures(database)
    left = 0
    for person, erasure in (await erasures.of_all(await _kept_people(database))).items():
        left += await _forget(person, erasure, database)
    return left


async def _is_news(motion: Motion, person: str) -> bool:
    """Whether an erasure of somebody without key and name still says something. Raises UnknownPerson."""
    if await motion.collection(ERASED).get(person) is not None:
        return False
    for collection in (OPERATIONS, SESSIONS, SEEN_SIGN_INS):
        if await motion.collection(collection).find({"person": person}, limit=1):
            return True
    raise UnknownPerson(person=person)


async def _kept_people(database: Database) -> list[str]:
    """Everybody about whom something is kept that an erasure takes away."""
    kept: set[str] = set()
    for collection in (PERSON_KEYS, PEOPLE):
        kept |= {found["_id"] async for found in database.collection(collection).find({}, {"_id": 1})}
    for collection in (SESSIONS, SEEN_SIGN_INS):
        found = database.collection(collection).find({}, {"person": 1})
        kept |= {document["person"] async for document in found if "person" in document}
    return sorted(kept)


async def _forget(person: str, erasure: Erasure, database: Database) -> int:
    """Take away what was made before an erasure; 1 if there was something, else 0."""
    before: dict[str, Any] = {"_id": person, **from_before(erasure)}
    key = await database.collection(PERSON_KEYS).replace_one({**before, "wrapped": {"$exists": True}}, GONE)
    name = await database.collection(PEOPLE).delete_one(before)
    begun = {"person": person, "started_at": {"$lte": erasure.at}}
    ended = [await database.collection(each).delete_many(begun) for each in (SESSIONS, SEEN_SIGN_INS)]
    return int(bool(key.modified_count or name.deleted_count or any(one.deleted_count for one in ended)))
