"""The reading half of a service, put together in this process: registry, polls and builder on a real broker."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

from chassis.digest import Digest
from chassis.health import Readiness
from chassis.kafka import Subscriber
from chassis.mongo import Database
from chassis.motions import Project, Table
from chassis.projection import Projector
from chassis.rebuild import Builder
from chassis.settings import ServiceSettings
from chassis.versions import REGISTRY, Versions
from tests.fakes.chassis_messages import Sent
from tests.fakes.chassis_on_the_wire import send
from tests.fakes.chassis_service import Parts, until

EPOCH = "an-epoch"


@dataclass
class Reader:
    """A replica that reads."""

    parts: Parts
    versions: Versions
    builder: Builder
    readiness: Readiness
    projector: Projector
    bootstrap: str

    async def hear(self, *messages: Sent) -> None:
        """Put messages on the log, and fold them as a poll of this replica."""
        await send(self.bootstrap, *messages)
        await self.projector.apply([message.arrived(number) for number, message in enumerate(messages)])

    async def digest(self, model: Project) -> str:
        """The digest of what serves."""
        await self.versions.look()
        return await digest_of(self.parts.database, model, self.versions.serving(model))

    async def serves(self, model: Project, collection: str) -> None:
        """Wait until a collection serves and nothing of this model is being built."""

        async def settled() -> bool:
            await self.versions.look()
            version = self.versions.of(model)
            return version.serving == collection and version.building is None

        await until(settled, f"{collection} serves")

    async def count(self, collection: str, expected: int) -> None:
        """Wait until a collection has so many documents."""

        async def counted() -> bool:
            return len(await self.parts.stored(collection)) == expected

        await until(counted, f"{collection} has {expected} documents")


async def digest_of(database: Database, model: Project, collection: str) -> str:
    """The digest of one collection."""
    digest = Digest(model.name, model.fold)
    async for document in database.collection(collection).find({}).sort("_id", 1):
        digest.add(document)
    return digest.text


async def ask_rebuild(database: Database, model: Project) -> None:
    """What `appstore readmodels rebuild` writes."""
    found = await database.collection(REGISTRY).find_one({"_id": model.name})
    assert found is not None
    asked = max(found["asked"], found["build"]) + 1
    await database.collection(REGISTRY).update_one({"_id": model.name}, {"$set": {"asked": asked}})


@asynccontextmanager
async def reading(
    parts: Parts, settings: ServiceSettings, *, polls: bool = False, builds: bool = True
) -> AsyncIterator[Reader]:
    """A replica between its start and its stop; without `polls` a test is its group, without `builds` another leads."""
    table = Table(parts.rows)
    versions = Versions(table.of(Project), parts.database)
    readiness = Readiness(parts.service)
    await versions.settle()
    fresh = await parts.memory()
    projector = Projector(table, parts.database, fresh.handler, versions)
    subscriber = Subscriber(parts.service, table.topics_read, settings, EPOCH, projector.apply, readiness)
    builder = Builder(versions, parts.database, settings, EPOCH, settle_seconds=0.3, look_seconds=0.05)
    work = [asyncio.create_task(versions.follow(readiness))]
    if polls:
        await subscriber.start()
    if builds:
        work.append(asyncio.create_task(builder.build_forever()))
    try:
        yield Reader(parts, versions, builder, readiness, projector, settings.kafka)
    finally:
        for task in work:
            task.cancel()
        for task in work:
            with contextlib.suppress(asyncio.CancelledError):
                await task
        if polls:
            await subscriber.stop()
