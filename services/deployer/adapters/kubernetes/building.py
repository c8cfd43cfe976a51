"""A real cluster as a part of the running deployer: its connection, its watches while the service leads, its facts.

`main.py` takes it in place of the simulated cluster when the settings say how a real one is reached.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager

import structlog

from chassis.clock import Clock
from services.deployer.adapters.kubernetes.access import Access
from services.deployer.adapters.kubernetes.cluster import KubernetesCluster
from services.deployer.adapters.kubernetes.cluster_lease import ClusterLease
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.facts import ClusterFacts, WhatIsOffered
from services.deployer.adapters.kubernetes.pace import Pace, pause
from services.deployer.adapters.kubernetes.reach import WHOLE_CLUSTER, Reach
from services.deployer.adapters.kubernetes.watches import Watches
from services.deployer.reconciler.running import LeadsInstallation, WhileLeading

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 1.0


class Kubernetes:
    """One cluster for the life of the process. `wake` is told the deployment of each change by others."""

    def __init__(
        self,
        access: Access,
        name: str,
        offers: WhatIsOffered,
        wake: Callable[[str], None],
        requests_per_second: float = 300,
        lease_namespace: str = "appstore",
        reach: Reach = WHOLE_CLUSTER,
    ) -> None:
        self._namespace = lease_namespace
        pace = Pace(requests_per_second, int(2 * requests_per_second), time.monotonic)
        self.connection = Connection(access, pace)
        self.watches = Watches(self.connection, wake, reach)
        self.facts = ClusterFacts(self.connection, name, offers, reach)

    @property
    def known(self) -> ClusterFacts:
        """What of the cluster may be asked inside a motion."""
        return self.facts

    def at(self, clock: Clock) -> KubernetesCluster:
        """The cluster port, by this clock."""
        return KubernetesCluster(self.watches, self.facts, clock)

    @asynccontextmanager
    async def acting(self, lead: LeadsInstallation) -> AsyncIterator[WhileLeading]:
        """Contend for the cluster's Lease while this replica leads its installation; fence every write by it."""
        installation = await lead.installation()
        lease = ClusterLease(self.connection, self._namespace, installation, lead.process, lead.leads, lead.told)
        self.connection.fence = lease.guard
        keeping = asyncio.ensure_future(lead.while_leading(lease.keep))
        try:
            yield lease.while_held
        finally:
            keeping.cancel()
            await asyncio.gather(keeping, return_exceptions=True)
            await lease.release()
            await self.connection.close()

    @asynccontextmanager
    async def watching(self, while_leading: WhileLeading) -> AsyncIterator[None]:
        """Watch for as long as the block lasts and this replica leads; then close every connection."""
        tasks = [asyncio.ensure_future(while_leading(self._watch)), asyncio.create_task(self.facts.know())]
        try:
            yield
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            await self.connection.close()

    async def _watch(self) -> None:
        while True:
            try:
                await self.watches.run()
            except Exception:
                log.exception("watching failed, beginning again")
                await pause(AGAIN_SECONDS)
