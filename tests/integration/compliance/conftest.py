"""A real database over the MongoDB protocol, and motions of the chassis upon it."""

import socket
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import uuid4

import pytest
from secantus.server import SecantusDBServer

from chassis.ledger import Motion, Writer
from chassis.mongo import Database, Document
from chassis.motions import Keeps
from chassis.perform import Performer
from services.compliance.adapters.mongo.decisions import MongoDecisions
from services.compliance.adapters.mongo.evidence import MongoEvidence
from services.compliance.adapters.mongo.known_apps import MongoKnownApps
from services.compliance.adapters.mongo.known_versions import MongoKnownVersions
from services.compliance.adapters.mongo.rules import MongoRules
from services.compliance.adapters.mongo.verdicts import MongoVerdicts
from services.compliance.handlers import MOTIONS
from services.compliance.ports import World
from tests.fakes.compliance import FakeClock, FakePolicies, an_id, shipped_policies


class Published:
    """In the relay's place: the ledger entries that were committed."""

    def __init__(self) -> None:
        self.entries: list[Document] = []

    def offer(self, entries: Sequence[Document]) -> None:
        """Keep them."""
        self.entries.extend(entries)

    def rescan(self) -> None:
        """Nothing to look for: entries are kept as they come."""


class Service:
    """Compliance on a real database, without a broker."""

    def __init__(self, database: Database) -> None:
        folds = {row.topic.name: row for row in MOTIONS if isinstance(row, Keeps)}
        self.clock = FakeClock()
        self.policies = FakePolicies(shipped_policies())
        self.published = Published()
        writer = Writer("compliance", an_id(1), "0" * 20, folds, self.clock)
        self.performer = Performer(writer, database, self.published)

    def world_of(self, motion: Motion) -> World:
        """The World of one motion, as `main.py` builds it."""
        return World(
            record=motion.record,
            clock=motion.clock,
            policies=self.policies,
            known_versions=MongoKnownVersions(motion),
            known_apps=MongoKnownApps(motion),
            verdicts=MongoVerdicts(motion),
            evidence=MongoEvidence(motion),
            rules=MongoRules(motion),
            decisions=MongoDecisions(motion),
        )


NewService = Callable[[], AbstractAsyncContextManager[Service]]


@pytest.fixture(scope="module")
def mongo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a database that lives as long as the module's tests."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    folder = str(tmp_path_factory.mktemp("database"))
    server = SecantusDBServer(host="127.0.0.1", port=port, storage_path=folder, transaction_lifetime_seconds=5)
    server.start()
    yield f"mongodb://127.0.0.1:{port}/?replicaSet=secantus"
    server.stop()


@pytest.fixture
def new_service(mongo: str) -> NewService:
    """How a test gets a service on an empty database of its own."""

    @asynccontextmanager
    async def opened() -> AsyncIterator[Service]:
        database = Database(mongo, f"compliance_{uuid4().hex}")
        try:
            yield Service(database)
        finally:
            database.close()

    return opened
