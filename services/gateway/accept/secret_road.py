"""Sends sealed secrets on their short topic, again and again, until the deployer has them; then deletes them.

Before it: `sealing` stored them. The answer is read from the read model, so it survives a restart on either side. What
nobody answers is deleted after an hour; the deployment's own deadline answered long before.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import NoReturn

import structlog
from aiokafka.errors import KafkaError

from chassis.clock import Clock
from chassis.errors import NotNow
from chassis.mongo import Database, DatabaseError, Document
from chassis.motions import Lineage
from chassis.off_ledger import OffLedger
from contracts.deployments.environment import Environment
from contracts.deployments.secrets import SecretSealed
from services.gateway.accept.sealing import SEALED_SECRETS
from services.gateway.readmodels.store import ReadModels

log = structlog.get_logger(__name__)

LOOK_SECONDS = 2.0
SEND_AGAIN_SECONDS = 5.0
_SEND_SECONDS = 10
_IDLE_SECONDS = 30.0
"""Another replica may have accepted one and ended before it could send it."""


class SecretRoad:
    """From the collection to the topic, and to nowhere."""

    def __init__(self, database: Database, models: ReadModels, voice: OffLedger, clock: Clock) -> None:
        self._sealed = database.collection(SEALED_SECRETS)
        self._models = models
        self._voice = voice
        self._clock = clock
        self._sent: dict[str, float] = {}
        self._wanted = asyncio.Event()

    def wake(self) -> None:
        """One was accepted."""
        self._wanted.set()

    @asynccontextmanager
    async def open(self) -> AsyncIterator[None]:
        """Send for as long as the block lasts."""
        task = asyncio.create_task(self._send_forever())
        try:
            yield
        finally:
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            await self._voice.close()

    async def send(self) -> int:
        """Look once: delete what is stored or too old, send what is due. How many are left."""
        kept = [found async for found in self._sealed.find({})]
        stored = await self._models.stored_secrets([found["_id"] for found in kept])
        left = 0
        for found in kept:
            if found["_id"] in stored or found["until"] < self._clock.now():
                await self._sealed.delete_one({"_id": found["_id"]})
                self._sent.pop(found["_id"], None)
                continue
            left += 1
            if time.monotonic() - self._sent.get(found["_id"], -SEND_AGAIN_SECONDS) >= SEND_AGAIN_SECONDS:
                async with asyncio.timeout(_SEND_SECONDS):
                    await self._voice.send(_message(found), Lineage(found["correlation"]))
                self._sent[found["_id"]] = time.monotonic()
        return left

    async def _send_forever(self) -> NoReturn:
        while True:
            pause = LOOK_SECONDS
            try:
                pause = LOOK_SECONDS if await self.send() else _IDLE_SECONDS
            except (DatabaseError, KafkaError, OSError, TimeoutError, NotNow) as error:
                log.info("could not send what is sealed, trying again", error=type(error).__name__)
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(pause):
                    await self._wanted.wait()
            self._wanted.clear()


def _message(found: Document) -> SecretSealed:
    return SecretSealed(
        secret=found["_id"],
        deployment=found["deployment"],
        parameter=found["parameter"],
        environment=Environment.model_validate(found["environment"]),
        sealing_key=found["sealing_key"],
        sealed=found["sealed"],
    )
