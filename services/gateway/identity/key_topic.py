"""Sends people's keys to the compacted topic `gateway.person-keys`, and takes erased ones off it with a tombstone.

All of them at each start, because the topic stands in no ledger; then each one that is new. So a database restored from
an older copy gets back the keys made since (`read_back`), and a topic that was lost is whole again after a start.
"""

import asyncio
import base64
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.errors import NotNow
from chassis.lease import Lease
from chassis.mongo import Database, DatabaseError, Document
from chassis.off_ledger import OffLedger
from chassis.wire import Unreadable, raw_message, read_context, read_event
from contracts import topics
from contracts.identity.events import PersonKeyKept
from services.gateway.identity.erased import Erasures
from services.gateway.identity.person_key import PERSON_KEYS

log = structlog.get_logger(__name__)

LOOK_SECONDS = 5
"""Another replica may have made a key and ended before it could send it."""
_AGAIN_SECONDS = 1
_SEND_SECONDS = 10
_POLL_MS = 200


class KeyTopic:
    """Keeps the topic like the collection."""

    def __init__(self, database: Database, voice: OffLedger) -> None:
        self._keys = database.collection(PERSON_KEYS)
        self._erasures = Erasures(database)
        self._voice = voice
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        """There is something to send."""
        self._wanted.set()

    @asynccontextmanager
    async def kept(self, lease: Lease) -> AsyncIterator[None]:
        """Keep the topic while the block lasts and this replica leads: one writer, so the last word is the newest."""
        task = asyncio.create_task(lease.while_held(self.keep))
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._voice.close()

    async def send_all(self) -> None:
        """Send every key, and a tombstone for everybody who was erased and has none."""
        erased = await self._erasures.everybody()
        async for found in self._keys.find({}):
            erased.discard(found["_id"])
            await self._send(found)
        for person in sorted(erased):
            await self._send({"_id": person})

    async def send_new(self) -> None:
        """Send what was not acknowledged."""
        async for found in self._keys.find({"unpublished": True}):
            await self._send(found)

    async def keep(self) -> NoReturn:
        """Send everything once, then what is new, for ever."""
        work = self.send_all
        while True:
            try:
                await work()
            except (DatabaseError, KafkaError, OSError, TimeoutError, NotNow) as error:
                log.info("could not send people's keys, trying again", error=type(error).__name__)
                await asyncio.sleep(_AGAIN_SECONDS)
                continue
            work = self.send_new
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LOOK_SECONDS):
                    await self._wanted.wait()
            self._wanted.clear()

    async def _send(self, found: Document) -> None:
        async with asyncio.timeout(_SEND_SECONDS):
            if "wrapped" in found:
                await self._voice.send(_message(found))
            else:
                await self._voice.forget(_tombstone(found["_id"]))
        sent = {"_id": found["_id"], "key": found.get("key", {"$exists": False})}
        if "wrapped" in found:
            await self._keys.update_one(sent, {"$unset": {"unpublished": 1}})
        else:
            await self._keys.delete_one(sent)


async def read_back(bootstrap: str, database: Database) -> int:
    """Put keys from the topic into a database that lacks them, unless their person was erased since; how many.

    For a restore, after the ledger was read back. Reads the topic once to its end. Raises KafkaError.
    """
    keys, erasures, added = database.collection(PERSON_KEYS), Erasures(database), 0
    for person, kept in (await _newest(bootstrap)).items():
        if kept is None or kept.erasures < (await erasures.of(person)).count:
            continue
        document = {"key": kept.key_id, "wrapped": base64.b64decode(kept.wrapped), "erasures": kept.erasures}
        done = await keys.update_one({"_id": person}, {"$setOnInsert": document}, upsert=True)
        added += done.upserted_id is not None
    return added


async def _newest(bootstrap: str) -> dict[str, PersonKeyKept | None]:
    """Person → the last key told about them, None when it is a tombstone."""
    places = [TopicPartition(topics.PERSON_KEYS.name, number) for number in range(topics.PERSON_KEYS.partitions)]
    consumer = AIOKafkaConsumer(bootstrap_servers=bootstrap, enable_auto_commit=False, fetch_max_wait_ms=_POLL_MS)
    await consumer.start()
    newest: dict[str, PersonKeyKept | None] = {}
    try:
        consumer.assign(places)
        await consumer.seek_to_beginning(*places)
        quiet = 0
        while quiet <= 1:  # the end a broker names may be too low, so an empty answer after an empty answer says it
            batches = await consumer.getmany(timeout_ms=3 * _POLL_MS)
            quiet = 0 if batches else quiet + 1
            for record in (one for batch in batches.values() for one in batch):
                with contextlib.suppress(Unreadable, UnicodeDecodeError):
                    raw = raw_message(record, "")
                    told = read_event(raw, read_context(raw)).data if record.value else None
                    newest[record.key.decode()] = told
    finally:
        await consumer.stop()
    return newest


def _message(found: Document) -> PersonKeyKept:
    wrapped = base64.b64encode(found["wrapped"]).decode()
    return PersonKeyKept(person=found["_id"], key_id=found["key"], wrapped=wrapped, erasures=found.get("erasures", 0))


def _tombstone(person: str) -> PersonKeyKept:
    """Whose key is gone; only the key of the message travels."""
    return PersonKeyKept(person=person, key_id=person, wrapped="AA==", erasures=0)
