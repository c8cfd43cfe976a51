"""A real database over the MongoDB protocol, and motions of the chassis upon it."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from uuid import uuid4

import pytest

from chassis.ledger import Motion, Writer
from chassis.mongo import Database
from chassis.motions import Keeps
from chassis.perform import Performer
from services.compliance.adapters.mongo.decisions import MongoDecisions
from services.compliance.adapters.mongo.evidence import MongoEvidence
from services.compliance.adapters.mongo.known_apps import MongoKnownApps
from services.compliance.adapters.mongo.known_clusters import MongoKnownClusters
from services.compliance.adapters.mongo.known_versions import MongoKnownVersions
from services.compliance.adapters.mongo.rules import MongoRules
from services.compliance.adapters.mongo.verdicts import MongoVerdicts
from services.compliance.handlers import MOTIONS
from services.compliance.ports import World
from tests.fakes.compliance import FakeClock, FakePolicies, an_id, shipped_policies
from tests.fakes.published import Published


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
            known_clusters=MongoKnownClusters(motion),
            verdicts=MongoVerdicts(motion),
            evidence=MongoEvidence(motion),
            rules=MongoRules(motion),
            decisions=MongoDecisions(motion),
        )


NewService = Callable[[], AbstractAsyncContextManager[Service]]


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
