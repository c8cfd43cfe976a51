"""Fills collections of read models from the start of the log, while the ones that serve go on.

It reads every partition of the models' topics without a group and folds with the same conditional writes as the polls,
so it may be killed, run twice or meet a poll in the same document: cursors make every repeat harmless. When it has
caught up, what it built serves, and it follows the log a while longer, until every replica has seen that (`versions`).
It runs on the replica that leads.
"""

import asyncio
import contextlib
import time
from collections.abc import Iterable, Mapping, Sequence
from typing import NoReturn

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import KafkaError

from chassis.build import Build, BuildFailed
from chassis.builds import Builds
from chassis.errors import NotNow
from chassis.kafka import Partition
from chassis.mongo import Database, DatabaseError
from chassis.motions import Project
from chassis.settings import ServiceSettings
from chassis.versions import LOOK_SECONDS, Version, Versions
from chassis.wire import RawMessage, raw_message

log = structlog.get_logger(__name__)

SETTLE_SECONDS = 5.0
"""How long a builder follows the log after a switch: longer than any replica folds on an old view."""

_RECORDS = 1000
_FETCH_MS = 250
_PROGRESS_SECONDS = 0.5
_GAP_SECONDS = 3.0


class Builder:
    """Builds what the registry says is to be built, one pass over the log at a time."""

    def __init__(
        self,
        versions: Versions,
        database: Database,
        settings: ServiceSettings,
        epoch: str,
        settle_seconds: float = SETTLE_SECONDS,
        look_seconds: float = LOOK_SECONDS,
    ) -> None:
        self._versions = versions
        self._database = database
        self._settings = settings
        self._epoch = epoch
        self._settle_seconds = settle_seconds
        self._look_seconds = look_seconds
        self._builds = Builds(versions, database)

    async def build_forever(self) -> NoReturn:
        """Look once a second whether something is to be built, and build it."""
        while True:
            try:
                if work := await self._work():
                    await self._pass(work)
            except (DatabaseError, KafkaError, NotNow, OSError, TimeoutError) as error:
                log.info("a build waits", error=type(error).__name__)
            await asyncio.sleep(self._look_seconds)

    async def _work(self) -> list[Build]:
        await self._versions.look()
        await self._builds.drop_retired()
        asked = [projection for projection, version in self._standing() if version.asked > version.build]
        for projection in asked:
            await self._builds.begin_asked(projection)
        if asked:
            await self._versions.look()
        return [
            Build(projection, version.building, self._database)
            for projection, version in self._standing()
            if version.building is not None and version.building_fold == projection.fold and version.failed is None
        ]

    def _standing(self) -> Iterable[tuple[Project, Version]]:
        return ((projection, self._versions.of(projection)) for projection in self._versions.projections.values())

    async def _pass(self, work: list[Build]) -> None:
        partitions = sorted(
            {
                TopicPartition(topic.name, number)
                for build in work
                for topic in build.projection.topics
                for number in range(topic.partitions)
            }
        )
        consumer = AIOKafkaConsumer(
            bootstrap_servers=self._settings.kafka,
            enable_auto_commit=False,
            fetch_max_wait_ms=self._settings.fetch_wait_ms,
            isolation_level="read_committed",
        )
        try:
            await consumer.start()
            begins = await consumer.beginning_offsets(partitions)
            consumer.assign(partitions)
            for partition, begin in begins.items():
                consumer.seek(partition, begin)
            await _Pass(self._builds, consumer, begins, work, self._epoch).run(self._settle_seconds)
        finally:
            with contextlib.suppress(KafkaError, TimeoutError):
                async with asyncio.timeout(2):
                    await consumer.stop()


class _Pass:
    """One reading of the log from its start, until what is built serves."""

    def __init__(
        self,
        builds: Builds,
        consumer: AIOKafkaConsumer,
        begins: Mapping[TopicPartition, int],
        work: list[Build],
        epoch: str,
    ) -> None:
        self._builds = builds
        self._consumer = consumer
        self._begins = begins
        self._done = dict(begins)
        self._work = work
        self._epoch = epoch
        self._told_at = 0.0

    async def run(self, settle_seconds: float) -> None:
        """Read, switch, and follow for a while."""
        for build in self._work:
            await build.prepare()
        await self._catch_up()
        while gaps := {place for build in self._work for place in await build.gaps()}:
            log.info("a build waits for what is missing", partitions=sorted(gaps))
            await asyncio.sleep(_GAP_SECONDS)
            self._start_again(gaps)
            await self._catch_up()
        for build in list(self._work):
            if not await self._builds.serve(build.name, build.collection):
                self._work.remove(build)
        until = time.monotonic() + settle_seconds
        while self._work and time.monotonic() < until:
            await self._take()
        for build in self._work:
            await self._builds.finish(build.name, build.collection)
            log.info("a read model was built and serves", model=build.name, collection=build.collection)

    async def _catch_up(self) -> None:
        while self._work and not await self._take():
            pass

    def _start_again(self, places: Iterable[Partition]) -> None:
        for place in places:
            partition = TopicPartition(*place)
            self._consumer.seek(partition, self._begins[partition])
            self._done[partition] = self._begins[partition]

    async def _take(self) -> bool:
        """Fold what one fetch brings; whether nothing is left of what the log was known to have.

        Not whether the fetch brought nothing: of a log that is written to all the time there is always something.
        """
        found = await self._consumer.getmany(timeout_ms=_FETCH_MS, max_records=_RECORDS)
        batch = [raw_message(record, self._epoch) for records in found.values() for record in records]
        if batch:
            await self._fold(batch)
        for partition, records in found.items():
            self._done[partition] = records[-1].offset + 1
        ends = {partition: self._consumer.highwater(partition) for partition in self._done}
        left = sum(max(0, (end or 0) - self._done[partition]) for partition, end in ends.items())
        await self._tell(left)
        return left == 0 and None not in ends.values()

    async def _fold(self, batch: Sequence[RawMessage]) -> None:
        """Into every build; one whose fold throws ends there, honestly, and the others go on."""
        for build in list(self._work):
            try:
                await build.fold(batch)
            except BuildFailed as failed:
                log.warning("a build failed", model=build.name, building=build.collection, reason=str(failed))
                await self._builds.fail(build.name, build.collection, failed.reason)
                self._work.remove(build)

    async def _tell(self, left: int) -> None:
        """Store how far this pass is, now and then, for whoever waits for it."""
        if time.monotonic() - self._told_at < _PROGRESS_SECONDS:
            return
        self._told_at = time.monotonic()
        read = sum(done - self._begins[partition] for partition, done in self._done.items())
        for build in self._work:
            await self._builds.progress(build.name, build.collection, read, read + left)
