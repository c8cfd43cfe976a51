"""Which log this is: the broker's cluster id, stored beside every offset, because offsets mean nothing on another log.

Read at the start, then looked at every two seconds: a service that finds another log under it starts again.
"""

import asyncio
import contextlib
from typing import NoReturn

from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from chassis.errors import EpochChanged
from chassis.health import Readiness

LOOK_SECONDS = 2


class EpochReader:
    """Asks the broker which log this is."""

    def __init__(self, bootstrap: str) -> None:
        self._bootstrap = bootstrap
        self._admin: AIOKafkaAdminClient | None = None

    async def read(self) -> str:
        """The cluster id. Raises KafkaError or TimeoutError when the broker does not answer."""
        async with asyncio.timeout(5):
            if self._admin is None:
                admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap, request_timeout_ms=4000)
                await admin.start()
                self._admin = admin
            try:
                return str((await self._admin.describe_cluster())["cluster_id"])
            except BaseException:
                await self.close()
                raise

    async def wait(self, readiness: Readiness) -> str:
        """The cluster id, as soon as the broker answers."""
        while True:
            try:
                epoch = await self.read()
            except (KafkaError, TimeoutError, OSError) as error:
                readiness.set("broker", f"the broker does not answer ({type(error).__name__})")
                await asyncio.sleep(0.3)
            else:
                readiness.clear("broker")
                return epoch

    async def close(self) -> None:
        """Let go of the connection."""
        if self._admin is not None:
            admin, self._admin = self._admin, None
            with contextlib.suppress(Exception):
                await admin.close()

    async def watch(self, readiness: Readiness) -> NoReturn:
        """Look for as long as the service lives. Raises EpochChanged when the log was replaced."""
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if await self.wait(readiness) != readiness.epoch:
                raise EpochChanged
