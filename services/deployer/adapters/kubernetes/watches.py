"""All watches of one cluster, shared by whoever works on its deployments, and what they have seen.

Runs while the service leads. A change that somebody else made wakes the deployment whose label it carries, pods
included, so that drift is healed and a rollout goes on without a timer.
"""

import asyncio
from collections.abc import Callable, Collection, Iterator
from functools import partial
from typing import Any

from chassis.errors import NotNow
from services.deployer.adapters.kubernetes import trimmed
from services.deployer.adapters.kubernetes.answers import NOT_FOUND, ApiRefused, as_port_says
from services.deployer.adapters.kubernetes.api_warnings import ApiWarnings
from services.deployer.adapters.kubernetes.cache import KindCache, Seen
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.kinds import POD, REPLICA_SET, Kind
from services.deployer.adapters.kubernetes.pace import pause
from services.deployer.adapters.kubernetes.reach import WHOLE_CLUSTER, Reach
from services.deployer.adapters.kubernetes.room import Rooms
from services.deployer.adapters.kubernetes.telling import telling
from services.deployer.adapters.kubernetes.watch import KindWatch
from services.deployer.domain.manifest.labels import DEPLOYMENT, TEAM
from services.deployer.ports import Object

SYNC_SECONDS = 3.0
"""How long a reconcile waits for the first lists before its worker goes on with something else."""
_LOOK_SECONDS = 0.05
_TRIMS = {POD: trimmed.pod, REPLICA_SET: trimmed.replica_set}


class Watches:
    """The caches of every watched kind. `wake` is told the deployment of each change that others made."""

    def __init__(self, connection: Connection, wake: Callable[[str], None], reach: Reach = WHOLE_CLUSTER) -> None:
        self.connection = connection
        self.reach = reach

        def changed(deployment: str, _seen: Seen | None) -> None:
            wake(deployment)

        self._caches = {
            kind.name: KindCache(partial(_kept, kind), partial(telling, kind), changed, reach.scopes)
            for kind in reach.kinds
        }
        self.watching: list[KindWatch] = []
        self.rooms = Rooms(connection)
        self.warnings = ApiWarnings()
        self._listed = False

    async def run(self) -> None:
        """Watch every kind until cancelled."""
        self._listed = False
        self.watching = [
            KindWatch(self.connection, kind, self.of(kind), scope)
            for scope in self.reach.scopes
            for kind in self.reach.kinds
        ]
        async with asyncio.TaskGroup() as group:
            for watch in self.watching:
                group.create_task(watch.run())

    def of(self, kind: Kind) -> KindCache:
        """What was seen of one kind."""
        return self._caches[kind.name]

    def of_deployment(self, deployment: str) -> Iterator[tuple[Kind, Seen]]:
        """Everything with a deployment's label."""
        for kind in self.reach.kinds:
            for seen in self.of(kind).of_deployment(deployment):
                yield kind, seen

    async def ready_for(self, deployment: str, namespaces: Collection[str] | None = None) -> None:
        """Have the caches show what the cluster has of a deployment, also while a watch is cut. Raises NotNow.

        One listed namespace that the account may not read stands in the way of its own deployments alone: of what is in
        `namespaces`, or anywhere when it is None.
        """
        await self._first_lists()
        closed = self._closed()
        for scope, why in closed.items():
            if namespaces is None or scope in namespaces or not scope:
                raise NotNow(why)
        for kind in self.reach.kinds:
            for scope in self.of(kind).cut - closed.keys():
                await self._list(kind, deployment, scope)

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
            closed = self._closed()
            self._listed = bool(self.watching) and all(cache.cut <= closed.keys() for cache in self._caches.values())
            if not self._listed:
                if waited >= SYNC_SECONDS:
                    message = "the cluster's objects are still being read"
                    raise NotNow(message)
                await pause(_LOOK_SECONDS)
                waited += _LOOK_SECONDS

    def _closed(self) -> dict[str, str]:
        """The scopes that the account may not read, each with what to do about it."""
        return {
            watch.scope: f"the deployer's account in the cluster lacks a right: {watch.refused}"
            for watch in self.watching
            if watch.refused
        }

    async def _list(self, kind: Kind, deployment: str, scope: str) -> None:
        query = {"labelSelector": f"{DEPLOYMENT}={deployment}"}
        try:
            page: dict[str, Any] = await self.connection.request("GET", kind.path(scope), query)
        except ApiRefused as refused:
            if refused.status == NOT_FOUND:
                return
            message = f"the cluster does not let the deployer read {kind.plural}: {refused.message}"
            raise NotNow(message) from refused
        self.of(kind).replace_deployment(deployment, page["items"], str(page["metadata"]["resourceVersion"]), scope)


def _kept(kind: Kind, found: Object) -> Object:
    """What is kept of an object; one from a list does not say itself what it is."""
    return {**_TRIMS.get(kind, trimmed.written)(found), "apiVersion": kind.api_version, "kind": kind.name}
