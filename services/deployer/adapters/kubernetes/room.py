"""How much of a resource the nodes have left for a pod that none of them takes.

The scheduler says which resource is short, and never how much of it. `observing.py` asks here, only for a pod that
waits; what is read is kept for a moment, so that many waiting pods cost one look.
"""

import asyncio
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from services.deployer.adapters.kubernetes.answers import ApiRefused
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.kinds import NODE, POD
from services.deployer.domain.health import UNKNOWN
from services.deployer.domain.kubernetes_words import insufficient
from services.deployer.domain.observed import Shortage
from services.deployer.domain.quantity import amount

KEPT_SECONDS = 10.0
PAGE = 500
MOST_PAGES = 4
"""In a cluster with more pods than this the sum would cost more than it tells: it says then what a node has in all."""
_GONE = "status.phase!=Succeeded,status.phase!=Failed"
_MEBIBYTE, _MILLI = 1024 * 1024, 1000
_IN_BYTES = ("memory", "ephemeral-storage")

Room = Mapping[str, Mapping[str, Decimal]]
"""Amounts by node and resource."""


class Rooms:
    """What the nodes of one cluster have, in all and left."""

    def __init__(self, connection: Connection) -> None:
        self._connection = connection
        self._reading = asyncio.Lock()
        self._read_at = float("-inf")
        self._whole: Room | None = None
        self._left: Room | None = None

    async def shortage(self, asked: Mapping[str, str], message: str) -> Shortage | None:
        """What is short, in amounts; None when the sentence names no resource. Raises NotNow."""
        lacking = insufficient(message)
        if not lacking or lacking[0] not in asked:
            return None
        async with self._reading:
            if time.monotonic() - self._read_at > KEPT_SECONDS:
                try:
                    await self._read()
                except ApiRefused:
                    self._whole, self._read_at = None, time.monotonic()
        if self._whole is None:
            return None
        return shortage_in(self._whole, self._left, lacking[0], asked[lacking[0]])

    async def _read(self) -> None:
        nodes = await self._connection.request("GET", NODE.path(), {"limit": str(PAGE)})
        self._whole = {
            one["metadata"]["name"]: {
                resource: amount(quantity)
                for resource, quantity in (one.get("status", {}).get("allocatable") or {}).items()
            }
            for one in nodes["items"]
            if not one.get("spec", {}).get("unschedulable")
        }
        self._left = left_over(self._whole, pods) if (pods := await self._pods()) is not None else None
        self._read_at = time.monotonic()

    async def _pods(self) -> list[Mapping[str, Any]] | None:
        found: list[Mapping[str, Any]] = []
        query = {"limit": str(PAGE), "fieldSelector": _GONE}
        for _ in range(MOST_PAGES):
            page = await self._connection.request("GET", POD.path(), query)
            found += page["items"]
            following = page["metadata"].get("continue")
            if not following:
                return found
            query["continue"] = following
        return None


def left_over(whole: Room, pods: Iterable[Mapping[str, Any]]) -> Room:
    """What nodes have left beside the pods placed on them. Pure."""
    taken: dict[str, dict[str, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for pod in pods:
        node = taken[str(pod["spec"].get("nodeName") or "")]
        for container in pod["spec"]["containers"]:
            for resource, quantity in ((container.get("resources") or {}).get("requests") or {}).items():
                node[resource] += amount(quantity)
    return {
        name: {resource: has - taken[name][resource] for resource, has in given.items()}
        for name, given in whole.items()
    }


def shortage_in(whole: Room, left: Room | None, resource: str, asked: str) -> Shortage:
    """The shortage of one resource, measured on the node with most of it left. Pure."""
    wanted = amount(asked)
    largest = max((given.get(resource, Decimal()) for given in whole.values()), default=Decimal())
    if wanted > largest:
        return Shortage(resource, asked, told(resource, largest), told(resource, wanted - largest), too_large=True)
    if left is None:
        return Shortage(resource, asked, UNKNOWN, UNKNOWN)
    most = max((given.get(resource, Decimal()) for given in left.values()), default=Decimal())
    missing = told(resource, wanted - most) if wanted > most else UNKNOWN
    return Shortage(resource, asked, told(resource, most), missing)


def told(resource: str, found: Decimal) -> str:
    """An amount as Kubernetes writes it: mebibytes for what is counted in bytes, thousandths of a processor."""
    if resource in _IN_BYTES:
        return f"{int(found / _MEBIBYTE)}Mi"
    thousandths = int(found * _MILLI)
    return f"{thousandths}m" if thousandths % _MILLI else str(thousandths // _MILLI)
