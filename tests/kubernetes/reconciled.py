"""The whole reconciler on the tests' control plane: real queue, workers, adapter and watches; what should be in memory.

So a test changes an object by hand and reads what the deployer told, and how long each took.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from chassis.ledger import new_id
from contracts.apps.spec import AppSpec
from contracts.deployments.environment import Environment
from contracts.envelope import Event
from infra.kubernetes.control_plane import ControlPlane
from services.deployer.reconciler.queue import KeyedQueue
from services.deployer.reconciler.worker import Workers
from services.deployer.usecases.accept_request import accept_request
from services.deployer.usecases.reconcile_deployment import reconcile_deployment
from services.deployer.usecases.remember_version import remember_version
from services.deployer.usecases.start_deployment import start_deployment
from tests.e2e.eventually import eventually
from tests.fakes.cluster_conformance import App
from tests.fakes.deployer import FakeWorld, HandClock
from tests.fakes.deployer_examples import TEAM, approved, asked, published
from tests.kubernetes.deployer_stage import RealStage, deployer_on
from tests.unit.deployer.conftest import CLUSTER_FILE

WITHIN = 90.0


class ShiftedClock(HandClock):
    """The real time, and as much later as a test says."""

    def __init__(self) -> None:
        super().__init__()
        self._shift = timedelta(0)

    def now(self) -> datetime:
        """The time."""
        return datetime.now(UTC) + self._shift

    def after(self, seconds: float) -> None:
        """Be later from now on."""
        self._shift += timedelta(seconds=seconds)


@dataclass
class Reconciled:
    """A deployer at work."""

    stage: RealStage
    fake: FakeWorld
    queue: KeyedQueue

    async def healthy(self, name: str, spec: AppSpec) -> App:
        """A deployment of this description that succeeded."""
        app = App(name=name, team=TEAM, namespace=f"drift-{new_id()[-12:]}")
        cluster = (await self.stage.cluster.facts()).cluster
        where = Environment(name="test", team=TEAM, cluster=cluster, namespace=app.namespace)
        now = self.fake.clock.now()
        request = asked(deployment=app.deployment, name=name, environment=where, at=now)
        await remember_version(published(spec), self.fake.world())
        await accept_request(request, self.fake.world())
        await start_deployment(approved(deployment=app.deployment, at=now), self.fake.world())
        self.queue.wake(app.deployment)
        await self.told(app, "DeploymentSucceeded", within=WITHIN)
        return app

    def events(self, app: App, name: str) -> list[Event[Any]]:
        """The events of this class about a deployment."""
        return [one for one in self.fake.recorded if type(one.data).__name__ == name and one.data.key == app.deployment]

    async def told(self, app: App, name: str, count: int = 1, within: float = 20.0) -> Event[Any]:
        """The newest event of this class, once there are so many."""

        async def look() -> list[Event[Any]]:
            return self.events(app, name)

        return (await eventually(look, lambda found: len(found) >= count, within, f"{count} {name}"))[-1]


@asynccontextmanager
async def reconciled_on(cluster: ControlPlane, folder: Path) -> AsyncIterator[Reconciled]:
    """A deployer that reconciles until the block ends."""
    queue = KeyedQueue()
    fake = FakeWorld(CLUSTER_FILE, clock=ShiftedClock())
    async with deployer_on(cluster, folder, wake=queue.wake) as stage:
        fake.other_cluster = stage.cluster
        workers = Workers(queue, partial(_reconcile, fake), at_once=4)
        working = asyncio.ensure_future(workers.run())
        try:
            yield Reconciled(stage, fake, queue)
        finally:
            working.cancel()
            await asyncio.gather(working, return_exceptions=True)


async def _reconcile(fake: FakeWorld, name: str) -> Any:
    return await reconcile_deployment(name, fake.turn())
