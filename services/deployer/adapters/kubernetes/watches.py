"""All watches of one cluster, shared by whoever works on its deployments, and what they have seen.

Runs while the service leads. A change that somebody else made wakes the deployment whose label it carries, pods
included, so that drift is healed and a rollout goes on without a timer.
"""

import asyncio
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from chassis.errors import NotNow
from services.deployer.adapters.kubernetes import trimmed
from services.deployer.adapters.kubernetes.answers import NOT_FOUND, ApiRefused, as_port_says
from services.deployer.adapters.kubernetes.api_warnings import ApiWarnings
from services.deployer.adapters.kubernetes.cache import KindCache, Seen
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.kinds import DEPLOYMENT_KIND, POD, REPLICA_SET, WATCHED, Kind
from services.deployer.adapters.kubernetes.pace import pause
from services.deployer.adapters.kubernetes.room import Rooms
from services.deployer.adapters.kubernetes.watch import KindWatch
from services.deployer.domain.manifest.labels import DEPLOYMENT, TEAM
from services.deployer.ports import Object

SYNC_SECONDS = 3.0
"""How long a reconcile waits for the first lists before its worker goes on with something else."""
_LOOK_SECONDS = 0.05
_TRIMS = {DEPLOYMENT_KIND: trimmed.workload, POD: trimmed.pod, REPLICA_SET: trimmed.replica_set}


class Watches:
    """The caches of every watched kind. `wake` is told the deployment of each change that others made."""

    def __init__(self, connection: Connection, wake: Callable[[str], None]) -> None:
        self.connection = connection
        self._caches = {
            kind.name: KindCache(partial(_kept, kind), lambda deployment, _seen: wake(deployment)) for kind in WATCHED
        }
        self.watching: list[KindWatch] = []
        self.rooms = Rooms(connection)
        self.warnings = ApiWarnings()
        self._listed = False

    async def run(self) -> None:
        """Watch every kind until cancelled."""
        self.watching = [KindWatch(self.connection, kind, self.of(kind)) for kind in WATCHED]
        async with asyncio.TaskGroup() as group:
            for watch in self.watching:
                group.create_task(watch.run())

    def of(self, kind: Kind) -> KindCache:
        """What was seen of one kind."""
        return self._caches[kind.name]

    def of_deployment(self, deployment: str) -> Iterator[tuple[Kind, Seen]]:
        """Everything with a deployment's label."""
        for kind in WATCHED:
            for seen in self.of(kind).of_deployment(deployment):
                yield kind, seen

    async def ready_for(self, deployment: str) -> None:
        """Have the caches show what the cluster has of a deployment, also while a watch is cut. Raises NotNow."""
        await self._first_lists()
        for kind in WATCHED:
            if not self.of(kind).live:
                await self._list(kind, deployment)

    async def read(self, kind: Kind, namespace: str, name: str) -> Seen | None:
        """One object from the server itself; None when it is not there. Raises NotNow.

        What the watch does not see, for want of our label, is not kept: nobody would tell when it goes.
        """
        found = await self.read_whole(kind, namespace, name)
        if found is None:
            return None
        if TEAM in (found["metadata"].get("labels") or {}):
            return self.of(kind).put(found)
        return self.of(kind).seen(found)

    async def read_whole(self, kind: Kind, namespace: str, name: str) -> Object | None:
        """The same, with what is not kept of an object: the fields of every manager, and when each wrote."""
        try:
            found: Object = await self.connection.request("GET", kind.path(namespace, name))
        except ApiRefused as refused:
            if refused.status != NOT_FOUND:
                raise as_port_says(refused, kind.name, name) from refused
            self.of(kind).drop(namespace, name)
            return None
        return found

    async def _first_lists(self) -> None:
        """Wait for every kind's first list, once; after that a watch that is cut is read around."""
        waited = 0.0
        while not self._listed:
            self._listed = all(cache.live for cache in self._caches.values())
            if not self._listed:
                if waited >= SYNC_SECONDS:
                    message = "the cluster's objects are still being read"
                    raise NotNow(message)
                await pause(_LOOK_SECONDS)
                waited += _LOOK_SECONDS

    async def _list(self, kind: Kind, deployment: str) -> None:
        query = {"labelSelector": f"{DEPLOYMENT}={deployment}"}
        try:
            page: dict[str, Any] = await self.connection.request("GET", kind.path(), query)
        except ApiRefused as refused:
            if refused.status == NOT_FOUND:
                return
            message = f"the cluster does not let the deployer read {kind.plural}: {refused.message}"
            raise NotNow(message) from refused
        self.of(kind).replace_deployment(deployment, page["items"], str(page["metadata"]["resourceVersion"]))


def _kept(kind: Kind, found: Object) -> Object:
    """What is kept of an object; one from a list does not say itself what it is."""
    return {**_TRIMS.get(kind, trimmed.written)(found), "apiVersion": kind.api_version, "kind": kind.name}
