"""A real database over the MongoDB protocol, and the deployer's motions upon it."""

from collections.abc import Awaitable, Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from chassis.ledger import Motion, Writer
from chassis.mongo import Database
from chassis.motions import Keeps
from chassis.perform import Performer
from chassis.sealed import Lockbox
from contracts.envelope import Event
from services.deployer.adapters.mongo.clusters import MongoClusters
from services.deployer.adapters.mongo.deployments import MongoDeployments
from services.deployer.adapters.mongo.desired_states import MongoDesiredStates
from services.deployer.adapters.mongo.full_pass import names_to_reconcile
from services.deployer.adapters.mongo.known_requests import MongoKnownRequests
from services.deployer.adapters.mongo.known_versions import MongoKnownVersions
from services.deployer.adapters.mongo.revisions import MongoRevisions
from services.deployer.adapters.mongo.sandbox_objects import MongoSandboxObjects
from services.deployer.adapters.mongo.sealing_keys import MongoSealingKeys
from services.deployer.adapters.mongo.secrets import MongoSecrets
from services.deployer.adapters.sandbox.cluster import SandboxCluster
from services.deployer.adapters.sandbox.cluster_watch import WatchedClusterFile
from services.deployer.domain.drift import DriftPolicy
from services.deployer.domain.health import Patience
from services.deployer.handlers import MOTIONS
from services.deployer.ports import World
from services.deployer.reconciler.outcome import Outcome
from services.deployer.reconciler.turn import Turn, in_one_motion
from services.deployer.usecases.reconcile_deployment import reconcile_deployment
from tests.fakes.deployer import HandClock
from tests.fakes.deployer_examples import START, an_id
from tests.fakes.published import Published

CLUSTER_FILE = Path(__file__).parents[2] / "unit" / "deployer" / "cluster.yaml"


class Service:
    """The deployer on a real database, without a broker and without its workers."""

    def __init__(self, database: Database, clock: HandClock, published: Published | None = None) -> None:
        folds = {row.topic.name: row for row in MOTIONS if isinstance(row, Keeps)}
        self.database, self.clock, self.published = database, clock, published or Published()
        self.file = WatchedClusterFile(CLUSTER_FILE)
        self.performer = Performer(Writer("deployer", an_id(1), "0" * 20, folds, clock), database, self.published)
        self.lockbox: Lockbox | None = Lockbox(b"7" * 32)
        self._ids = 0x100_000

    def world_of(self, motion: Motion) -> World:
        """The World of one motion, as `main.py` builds it."""
        return World(
            clock=motion.clock,
            record=motion.record,
            wake=lambda _name: None,
            cluster=self.cluster_of(motion),
            deployments=MongoDeployments(motion),
            clusters=MongoClusters(motion),
            requests=MongoKnownRequests(motion),
            versions=MongoKnownVersions(motion),
            desired=MongoDesiredStates(motion),
            secrets=MongoSecrets(motion, self.lockbox),
            sealing_keys=MongoSealingKeys(motion, self.lockbox),
            sealing_key_lifetime=timedelta(days=90),
            revisions=MongoRevisions(motion),
            patience=Patience(),
            undecided_grace_seconds=5,
            caught_up_at=START,
        )

    def cluster_of(self, motion: Motion) -> SandboxCluster:
        """The simulated cluster, as one motion sees it."""
        return SandboxCluster(MongoSandboxObjects(motion, self.lockbox), self.file, motion.clock, self._new_id)

    async def handle(self, do: Callable[[Any, World], Awaitable[None]], event: Event[Any] | None) -> list[str]:
        """One motion; what it told, in short."""
        before = len(self.published.entries)
        await self.performer.perform(lambda motion: do(event, self.world_of(motion)), cause=event)
        return self.told()[before:]

    async def perform(self, do: Callable[[World], Awaitable[Any]]) -> Any:
        """One use case in a motion of its own."""
        return await self.performer.perform(lambda motion: do(self.world_of(motion)))

    async def reconcile(self, deployment: str) -> Outcome:
        """One reconcile, as it is done on a simulated cluster."""
        outcome: Outcome = await self.take_turn(lambda turn: reconcile_deployment(deployment, turn))
        return outcome

    async def take_turn(self, work: Callable[[Turn], Awaitable[Any]]) -> Any:
        """One turn on the simulated cluster."""
        return await in_one_motion(self.performer, self.world_of, self.cluster_of, Patience(), DriftPolicy.HEAL)(work)

    async def names(self) -> tuple[str, ...]:
        """What the full pass at the start goes through."""
        return await names_to_reconcile(self.database)

    async def objects(self) -> list[str]:
        """The kinds of the objects in the cluster."""
        return sorted([one["kind"] async for one in self.database.collection("sandbox_objects").find({})])

    def told(self) -> list[str]:
        """The types of everything that was told."""
        return [dict(entry["headers"])["ce_type"].split(".", 2)[2] for entry in self.published.entries]

    def _new_id(self) -> str:
        self._ids += 1
        return an_id(self._ids)
