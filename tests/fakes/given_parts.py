"""A broker and a database that somebody else runs, in containers or elsewhere: tests may use them, and kill neither.

`make test-containers` names them in APPSTORE_TEST_KAFKA and APPSTORE_TEST_MONGO; `tests/integration/conftest.py` hands
them out in place of the processes it would start.
"""

import asyncio
from dataclasses import dataclass

from aiokafka.admin import AIOKafkaAdminClient

from contracts import topics
from infra.kafka.provision import provision

_FORGOTTEN_WITHIN = 20


@dataclass(frozen=True)
class GivenBroker:
    """A broker at an address, emptied for each test: topics and, with them, what groups had committed."""

    bootstrap: str

    async def begin_anew(self) -> None:
        """Leave the contracts' topics and nothing in them."""
        admin = AIOKafkaAdminClient(bootstrap_servers=self.bootstrap)
        await admin.start()
        try:
            async with asyncio.timeout(_FORGOTTEN_WITHIN):
                while old := sorted({topic.name for topic in topics.ALL}.intersection(await admin.list_topics())):
                    await admin.delete_topics(old)
                    await asyncio.sleep(0.05)
        finally:
            await admin.close()
        await provision(self.bootstrap, topics.ALL)


@dataclass(frozen=True)
class GivenDatabase:
    """A database at an address; tests take names of their own in it."""

    url: str
