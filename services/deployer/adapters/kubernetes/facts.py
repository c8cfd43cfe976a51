"""What a real cluster is and offers: the uid of its kube-system namespace, its version, its nodes.

Read when first asked for and again every minute; `register_cluster` tells the world what changed.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable, Mapping
from typing import Any, Protocol

import structlog

from chassis.errors import NotNow
from contracts.clusters.events import ClusterRegistered, NodeCapacity
from contracts.clusters.offer import Offer
from services.deployer.adapters.kubernetes.answers import ApiRefused
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.kinds import NAMESPACE, NODE
from services.deployer.adapters.kubernetes.pace import pause, wait_seconds
from services.deployer.adapters.kubernetes.reach import WHOLE_CLUSTER, Reach
from services.deployer.domain.quantity import amount

log = structlog.get_logger(__name__)

AGAIN_SECONDS = 60.0
TOLD_NODES = 200
"""The contract's bound; a larger cluster is told by its first nodes."""
_GPU = "nvidia.com/gpu"
_MEBIBYTE = 1024 * 1024


class WhatIsOffered(Protocol):
    """Environment → what it offers (`offers_file.py`)."""

    def current(self) -> Mapping[str, Offer]:
        """What is offered now."""
        ...


class ClusterFacts:
    """The facts about one cluster; its name, and its environments with their offers, are what the operator says."""

    def __init__(self, connection: Connection, name: str, offers: WhatIsOffered, reach: Reach = WHOLE_CLUSTER) -> None:
        self._connection = connection
        self._name = name
        self._offers = offers
        self._reach = reach
        self._known: ClusterRegistered | None = None
        self._reading = asyncio.Lock()

    async def current(self) -> ClusterRegistered:
        """The facts read last. Raises NotNow when they never could be."""
        async with self._reading:
            return self._known or await self._read()

    async def facts(self) -> ClusterRegistered:
        """The facts as they are known, without asking. Raises NotNow when they never could be read."""
        if self._known is None:
            message = "the cluster's facts are not read yet"
            raise NotNow(message)
        return self._known

    async def know(self) -> None:
        """Read them, however long that takes: a replica that stands by is asked for them too."""
        failures = 0
        while self._known is None:
            try:
                await self.current()
            except NotNow as reason:
                failures += 1
                log.warning("the cluster's facts can't be read", reason=str(reason))
                await pause(wait_seconds(failures))

    async def changes(self) -> AsyncIterator[ClusterRegistered]:
        """The facts now, and again each time they are others."""
        told: ClusterRegistered | None = None
        failures = 0
        while True:
            try:
                found = await self._read()
            except NotNow as reason:
                failures += 1
                log.warning("the cluster's facts can't be read", reason=str(reason))
                await pause(wait_seconds(failures))
                continue
            failures = 0
            if found != told:
                told = found
                yield found
            await pause(AGAIN_SECONDS)

    async def _read(self) -> ClusterRegistered:
        try:
            version = await self._connection.request("GET", "/version")
            cluster, nodes = await self._in_all() if not self._reach.namespaces else (self._reach.cluster, ())
        except ApiRefused as refused:
            message = f"the deployer's account in the cluster lacks a right: {refused.message}"
            raise NotNow(message) from refused
        offers = self._offers.current()
        self._known = ClusterRegistered(
            cluster=cluster,
            name=self._name,
            kind="kubernetes",
            kubernetes_version=str(version["gitVersion"]).removeprefix("v")[:40],
            environments=tuple(offers),
            nodes=nodes,
            offers=dict(offers),
            namespaces=self._reach.namespaces or None,
        )
        return self._known

    async def _in_all(self) -> tuple[str, tuple[NodeCapacity, ...]]:
        """The cluster's id and nodes; an account of some namespaces may read neither."""
        system = await self._connection.request("GET", NAMESPACE.path(None, "kube-system"))
        nodes = await self._connection.request("GET", NODE.path(), {"limit": str(TOLD_NODES)})
        return str(system["metadata"]["uid"]), nodes_of(nodes["items"])


def nodes_of(nodes: Iterable[Mapping[str, Any]]) -> tuple[NodeCapacity, ...]:
    """What each node gives to pods, by name."""
    found = sorted(nodes, key=lambda node: str(node["metadata"]["name"]))
    return tuple(_capacity(node) for node in found[:TOLD_NODES])


def _capacity(node: Mapping[str, Any]) -> NodeCapacity:
    status = node.get("status", {})
    given, kubelet = status.get("allocatable") or {}, (status.get("nodeInfo") or {}).get("kubeletVersion")
    return NodeCapacity(
        name=node["metadata"]["name"],
        cpu_millicores=int(amount(given.get("cpu", "0")) * 1000),
        memory_mebibytes=int(amount(given.get("memory", "0")) / _MEBIBYTE),
        gpus=int(amount(given.get(_GPU, "0"))),
        kubelet=str(kubelet)[:60] if kubelet else None,
    )
