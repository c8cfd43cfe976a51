"""The cluster's nodes: objects that the scheduler places pods on, and that kwok keeps alive. Nothing runs on them."""

import asyncio
import ssl
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

import httpx

from infra.kubernetes.accounts import Account
from infra.local.ready import Facts, NotReady

_PATIENCE = 10.0  # seconds for one answer


@dataclass(frozen=True, slots=True)
class NodeSize:
    """What a node offers, in Kubernetes' own quantities; graphics cards only when there are any."""

    cpu: str = "32"
    memory: str = "128Gi"
    pods: int = 1000
    gpus: int = 0

    def resources(self) -> dict[str, str]:
        """As a node's status names them."""
        graphics = {"nvidia.com/gpu": str(self.gpus)} if self.gpus else {}
        return {
            "cpu": self.cpu,
            "memory": self.memory,
            "ephemeral-storage": "512Gi",
            "pods": str(self.pods),
            **graphics,
        }


class Nodes:
    """The nodes, made and looked at as the administrator."""

    def __init__(self, address: str, context: ssl.SSLContext, administrator: Account) -> None:
        """Speak to the API server at `address` through TLS as `context` says."""
        headers = {"Authorization": f"Bearer {administrator.token}"}
        self._http = httpx.AsyncClient(
            base_url=address, verify=context, headers=headers, timeout=_PATIENCE, trust_env=False
        )

    async def close(self) -> None:
        """Hang up."""
        await self._http.aclose()

    async def make(self, sizes: tuple[NodeSize, ...]) -> None:
        """Create those that are missing; `node-1` has the first size. Raises httpx.HTTPError."""
        answers = await asyncio.gather(
            *(self._http.post("/api/v1/nodes", json=_node(f"node-{n}", size)) for n, size in enumerate(sizes, start=1))
        )
        for answer in answers:
            # It is there since an earlier start in the same home.
            if answer.status_code != HTTPStatus.CONFLICT:
                answer.raise_for_status()

    async def look(self) -> Facts:
        """Pass when pods can be made and placed; raise NotReady with what is missing otherwise.

        A node loses its taint when kwok said that it is ready and the controller-manager saw that; a pod can be made
        when the controller-manager made its namespace's service account.
        """
        account = await self._get("/api/v1/namespaces/default/serviceaccounts/default")
        if account.status_code != HTTPStatus.OK:
            raise NotReady("the controller-manager made no service account yet")
        nodes = (await self._get("/api/v1/nodes")).json()["items"]
        waiting = [node["metadata"]["name"] for node in nodes if node["spec"].get("taints") or not _is_ready(node)]
        if waiting or not nodes:
            raise NotReady(f"not ready: {', '.join(waiting) or 'no node is there'}")
        return {}

    async def _get(self, path: str) -> httpx.Response:
        try:
            return await self._http.get(path)
        except httpx.HTTPError as error:
            raise NotReady(f"the API server does not answer: {type(error).__name__}") from error


def _node(name: str, size: NodeSize) -> dict[str, Any]:
    labels = {"kubernetes.io/hostname": name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64"}
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name, "labels": labels},
        "status": {"allocatable": size.resources(), "capacity": size.resources()},
    }


def _is_ready(node: dict[str, Any]) -> bool:
    conditions = node["status"].get("conditions", ())
    return any(condition["type"] == "Ready" and condition["status"] == "True" for condition in conditions)
