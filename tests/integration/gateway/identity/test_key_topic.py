"""The topic of people's keys, on a real broker: it has what the database has, and a tombstone for the rest."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from chassis.clock import SystemClock
from chassis.lease import Lease
from chassis.ledger import Writer, new_id
from chassis.mongo import Database
from chassis.motions import Keeps, Lineage
from chassis.off_ledger import OffLedger
from chassis.perform import Performer
from chassis.publish import Publisher
from contracts import topics
from services.gateway.identity import erased
from services.gateway.identity.erase_person import erase_person
from services.gateway.identity.erased import Erasures
from services.gateway.identity.key_topic import KeyTopic, read_back
from services.gateway.identity.person_key import PERSON_KEYS, PersonKeys
from tests.e2e.bare_kafka import Message, read_all
from tests.fakes.chassis_processes import BrokerProcess
from tests.fakes.chassis_service import until
from tests.fakes.gateway_events import PERSON, an_id
from tests.fakes.published import Published

PLATFORM_KEY = b"0" * 32
SOMEBODY_ELSE = an_id(52)


class House:
    """Keys, erasures and their topic on one database and one broker."""

    def __init__(self, database: Database, kafka: str) -> None:
        self.database, self.kafka = database, kafka
        folds = {topics.PEOPLE.name: Keeps(topics.PEOPLE, erased.Erased, erased.evolve)}
        self.writer = Writer("gateway", an_id(1), "0" * 20, folds, SystemClock())
        self.performer = Performer(self.writer, database, Published())
        self.voices: list[OffLedger] = []
        self.topic = self.new_topic()
        self.keys = PersonKeys(database, PLATFORM_KEY, self.topic.wake)

    @asynccontextmanager
    async def kept(self) -> AsyncIterator[None]:
        """The topic is kept, by the replica that leads."""
        lease = Lease(self.database)
        await lease.look()
        async with self.topic.kept(lease):
            yield

    def new_topic(self) -> KeyTopic:
        """The topic as another start finds it."""
        self.voices.append(OffLedger(self.writer, Publisher(self.kafka)))
        return KeyTopic(self.database, self.voices[-1])

    async def erase(self, person: str) -> None:
        """Forget somebody."""
        await erase_person(person, self.performer, Lineage(new_id()))
        self.topic.wake()

    async def newest(self) -> dict[str, Message]:
        """The last message under each key."""
        return {message.key.decode(): message for message in await self.on_the_log() if message.key}

    async def on_the_log(self) -> list[Message]:
        """Every message."""
        return await read_all(self.kafka, [topics.PERSON_KEYS.name])


@pytest.fixture
async def house(database: Database, broker: BrokerProcess) -> AsyncIterator[House]:
    """An empty one."""
    house = House(database, broker.bootstrap)
    yield house
    for voice in house.voices:
        await voice.close()


async def test_a_key_is_told_at_once_and_voided_when_its_person_is_erased(house: House) -> None:
    """A new key stands on the topic, wrapped and in the envelope; an erased one ends as a message without a value."""
    async with house.kept():
        await house.keys.lock(PERSON, "hello")
        await house.keys.lock(SOMEBODY_ELSE, "hello")
        told = await until(lambda: _have(house, 2), "both keys stand on the topic")
        assert told[PERSON].headers["ce_type"] == "nl.appstore.person.key-kept.v1"
        wrapped = (await house.database.collection(PERSON_KEYS).find_one({"_id": PERSON}) or {})["wrapped"]
        assert PLATFORM_KEY not in told[PERSON].value
        assert len(wrapped) > len(PLATFORM_KEY)

        await house.erase(PERSON)

        async def voided() -> bool:
            return (await house.newest())[PERSON].value == b""

        await until(voided, "the erased key is void on the topic")
        assert (await house.newest())[SOMEBODY_ELSE].value
        await until(lambda: _only(house, SOMEBODY_ELSE), "nothing is left in the collection")


async def test_a_start_tells_everything_again(house: House) -> None:
    """On a new and empty log each key is told at the next start, and each erasure once more."""
    await house.keys.lock(PERSON, "hello")
    await house.keys.lock(SOMEBODY_ELSE, "hello")
    await house.topic.send_all()
    await house.erase(PERSON)
    await house.topic.send_new()
    before = {(message.partition, message.offset) for message in await house.on_the_log()}
    await house.new_topic().send_all()
    again = [one for one in await house.on_the_log() if (one.partition, one.offset) not in before]
    assert {message.key.decode(): bool(message.value) for message in again if message.key} == {
        PERSON: False,
        SOMEBODY_ELSE: True,
    }


async def test_keys_are_read_back_but_not_those_of_the_erased(house: House) -> None:
    """A database without its keys gets them back from the topic, and never one from before an erasure."""
    mine = await house.keys.lock(PERSON, "mine")
    theirs = await house.keys.lock(SOMEBODY_ELSE, "theirs")
    await house.topic.send_all()
    await house.erase(PERSON)  # and the process ended before it could send the tombstone
    await house.database.collection(PERSON_KEYS).delete_many({})

    assert await read_back(house.kafka, house.database) == 1

    assert await house.keys.unlock(theirs) == "theirs"
    assert await house.keys.unlock(mine) is None


async def test_two_things_at_once_leave_no_key_of_an_erased_person(house: House) -> None:
    """A key that is made while its person is erased does not outlive the erasure."""
    for _ in range(10):
        await house.keys.lock(PERSON, "hello")
        await house.erase(PERSON)
        later = await asyncio.gather(house.keys.lock(PERSON, "again"), house.erase(PERSON), return_exceptions=True)
        assert not [problem for problem in later if isinstance(problem, Exception)]
        count = (await Erasures(house.database).of(PERSON)).count
        found = await house.database.collection(PERSON_KEYS).find_one({"_id": PERSON})
        assert found is None or "wrapped" not in found or found["erasures"] == count


async def _have(house: House, count: int) -> dict[str, Message] | None:
    newest = await house.newest()
    return newest if len(newest) == count else None


async def _only(house: House, person: str) -> bool:
    kept = await house.database.collection(PERSON_KEYS).find({}).to_list(None)
    return [document["_id"] for document in kept] == [person]
