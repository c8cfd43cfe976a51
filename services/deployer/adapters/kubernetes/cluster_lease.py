"""One installation acts on a cluster at a time, by a Lease object in that cluster.

Beside the chassis' own lease, which decides among the replicas of one database: two databases that reach the same
cluster know nothing of each other. The holder counts a renewal up; a contender takes the Lease when nothing of it
changed for `TTL_SECONDS` on the contender's own clock. `connection.py` asks `guard` right before each write.
"""

import time
from collections.abc import Callable
from typing import NoReturn

import structlog

from chassis.errors import NotLeading, NotNow
from chassis.holding import Holding, Standstill, Work
from services.deployer.adapters.kubernetes.answers import ApiRefused
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.lease_object import PROCESS, Found, LeaseObject, annotations_of
from services.deployer.adapters.kubernetes.pace import pause

log = structlog.get_logger(__name__)

TTL_SECONDS = 10.0
VALID_SECONDS = 6.0
"""The holder stops so long after its last renewal; the rest is what its last request may take to be answered."""
RENEW_SECONDS = 2.0


class ClusterLease:
    """One process's view of the Lease.

    `installation` names its database, `process` itself; `leads` says whether it leads the replicas of that database;
    `told` hears which other installation acts, None when it is this one.
    """

    def __init__(
        self,
        connection: Connection,
        namespace: str,
        installation: str,
        process: str,
        leads: Callable[[], bool],
        told: Callable[[str | None], None],
    ) -> None:
        self._object = LeaseObject(connection, namespace, installation, process, int(TTL_SECONDS))
        self._installation = installation
        self._process = process
        self._leads = leads
        self._told = told
        self._holding = Holding(VALID_SECONDS, self._tell_gained, self._tell_lost)
        self._standstill = Standstill()
        self._mine: Found | None = None
        """The Lease as this process wrote it last."""
        self._other = ""

    @property
    def held(self) -> bool:
        """Whether this process may act on the cluster, by its own monotonic clock."""
        return self._holding.held and self._leads()

    def guard(self) -> None:
        """Raise NotLeading when this process may not act at this moment."""
        if not self.held:
            raise NotLeading

    async def keep(self) -> NoReturn:
        """Renew the Lease, or try to get it, until cancelled; run while this process leads its installation.

        What another process of the same installation holds at the first look is its predecessor's, and free.
        """
        succeeds = True
        try:
            while True:
                if await self.look(succeeds=succeeds):
                    succeeds = False
                await pause(RENEW_SECONDS)
        finally:
            self._holding.let_go()

    async def look(self, *, succeeds: bool = False) -> bool:
        """Renew once when this process has it, else see whether it can be taken; whether the cluster answered."""
        began = time.monotonic()
        try:
            if self._mine is not None:
                self._mine = await self._object.renew(self._mine)
            if self._mine is None:
                self._holding.let_go()
                self._mine = await self._taken(succeeds=succeeds)
        except (NotNow, ApiRefused) as reason:
            log.warning("the cluster's Lease can't be kept", reason=str(reason))
            return False
        if self._mine is not None:
            self._holding.hold(began)
        return True

    async def release(self) -> None:
        """Give it up, so that another installation has it at its next look."""
        self._holding.let_go()
        mine, self._mine = self._mine, None
        if mine is not None:
            try:
                await self._object.give_up(mine)
            except (NotNow, ApiRefused) as reason:
                log.info("the cluster's Lease could not be given up", reason=str(reason))

    async def while_held(self, work: Work) -> NoReturn:
        """Run `work` whenever this process acts on the cluster, and end it when it no longer does."""
        await self._holding.while_held(work)

    async def _taken(self, *, succeeds: bool) -> Found | None:
        found = await self._object.read()
        if found is None:
            return await self._object.make()
        holder = str(found["spec"].get("holderIdentity") or "")
        # Its own process there means that the answer to a write was lost.
        own = holder == self._installation and (succeeds or annotations_of(found).get(PROCESS) == self._process)
        version = (found["metadata"]["uid"], found["metadata"]["resourceVersion"])
        if self._standstill.seconds(version) >= TTL_SECONDS or own or not holder:
            return await self._object.take(found)
        self._stand_by(holder)
        return None

    def _stand_by(self, holder: str) -> None:
        if holder != self._other:
            self._other = holder
            log.warning("another installation acts on the cluster; standing by", installation=holder)
            self._told(holder)

    def _tell_gained(self) -> None:
        log.info("acting on the cluster")
        self._other = ""
        self._told(None)

    def _tell_lost(self) -> None:
        log.info("not acting on the cluster any more")
