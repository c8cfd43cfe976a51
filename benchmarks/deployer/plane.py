"""A fresh control plane for each run, with room for a thousand pods, and what a bare client needs to speak to it."""

import ssl
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from pathlib import Path

import aiohttp
import orjson
import psutil

from infra.kubernetes.audit import WRITES, asked, length
from infra.kubernetes.control_plane import ControlPlane, control_plane
from infra.kubernetes.furnish import ACCOUNT, NAMESPACE, furnish
from infra.kubernetes.home import PlaneHome
from infra.kubernetes.nodes import NodeSize
from services.deployer.settings import DeployerSettings

AT_ONCE = int(DeployerSettings.model_fields["reconciles_at_once"].default)
"""Applications that the floor's client works on at the same time: as many as the deployer does."""
_CONNECTIONS = 40
_ACCOUNT = f"system:serviceaccount:{NAMESPACE}:{ACCOUNT}"
_NODES = (NodeSize(cpu="512", memory="2Ti", pods=3000),) * 4
_PARTS = ("etcd", "kube-apiserver", "kube-controller-manager", "kube-scheduler", "kwok")
_DEPLOYMENTS = "/apis/apps/v1/deployments"


class Plane:
    """One running cluster and an administrator's connection to it."""

    def __init__(self, cluster: ControlPlane, http: aiohttp.ClientSession, uid: str, account: Path) -> None:
        self.cluster, self.http, self.uid, self.account = cluster, http, uid, account
        self._home = PlaneHome(cluster.home)

    def recorded(self) -> int:
        """Where the record of the deployer's requests ends now."""
        return length(self._home)

    def requests(self, since: int = 0, *, writes_only: bool = False) -> int:
        """How many requests of the deployer ended since then; its Lease, renewed by the clock, is no application's."""
        found = (one for one in asked(self._home, since=since) if one.user == _ACCOUNT and one.resource != "leases")
        return sum(1 for one in found if not writes_only or one.verb in WRITES)

    def cpu(self) -> float:
        """Seconds of processor time that the parts of the control plane have used together."""
        used = [psutil.Process(self.cluster.pid(name)).cpu_times() for name in _PARTS]
        return float(sum(one.user + one.system for one in used))

    async def all_available(self, names: Iterable[str]) -> None:
        """Wait until the controller calls each of these Deployments Available."""
        left = set(names)
        async for name in self._available():
            left.discard(name)
            if not left:
                return

    async def _available(self) -> AsyncIterator[str]:
        """The name of each Deployment, as soon as its controller calls it Available."""
        query = {"watch": "true", "resourceVersion": "0"}
        async with self.http.get(_DEPLOYMENTS, params=query) as answer:
            while line := await answer.content.readline():
                found = orjson.loads(line)["object"]
                conditions = found.get("status", {}).get("conditions", ())
                if any(one["type"] == "Available" and one["status"] == "True" for one in conditions):
                    yield found["metadata"]["name"]


@asynccontextmanager
async def plane(home: Path) -> AsyncIterator[Plane]:
    """A new cluster in this folder; the deployer has the rights that we ship, and its requests are recorded."""
    async with control_plane(home, _NODES, audited=(_ACCOUNT,)) as cluster, administrator(cluster) as http:
        account = home / "account.kubeconfig"
        await furnish(PlaneHome(cluster.home), cluster.address, account)
        async with http.get("/api/v1/namespaces/kube-system") as answer:
            uid = (await answer.json())["metadata"]["uid"]
        yield Plane(cluster, http, uid, account)


@asynccontextmanager
async def administrator(cluster: ControlPlane) -> AsyncIterator[aiohttp.ClientSession]:
    """A bare client with every right."""
    context = ssl.create_default_context(cafile=cluster.authority)
    headers = {"Authorization": f"Bearer {cluster.admin.token}"}
    async with aiohttp.ClientSession(
        cluster.address,
        connector=aiohttp.TCPConnector(limit=_CONNECTIONS, ssl=context),
        headers=headers,
        timeout=aiohttp.ClientTimeout(total=None, sock_connect=10),
        read_bufsize=4 * 1024 * 1024,
        raise_for_status=True,
    ) as http:
        yield http
