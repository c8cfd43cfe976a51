"""The namespace's quota, enforced when a pod is to be created, as a ResourceQuota does. Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from services.deployer.adapters.sandbox.amounts import GPU, RESOURCES, Amounts, text_of, total
from services.deployer.adapters.sandbox.cluster_file import Quota
from services.deployer.adapters.sandbox.pod import SandboxPod
from services.deployer.adapters.sandbox.quantities import kibibytes, memory_text, millicores
from services.deployer.domain.manifest.quota import ROOM
from services.deployer.ports import Object


@dataclass(frozen=True, slots=True)
class Excess:
    """What there is no room for, in Kubernetes' names and units."""

    resource: str
    asked: str
    used: str
    limit: str

    def message(self, pod: str) -> str:
        """The API server's sentence."""
        return (
            f'pods "{pod}" is forbidden: exceeded quota: appstore, requested: {self.resource}={self.asked}, '
            f"used: {self.resource}={self.used}, limited: {self.resource}={self.limit}"
        )


def excess(quota: Quota, pods: Iterable[SandboxPod], asked: Amounts) -> Excess | None:
    """What keeps one more pod out of a namespace that has these pods; None when it may come."""
    there = list(pods)
    if quota.pods is not None and len(there) + 1 > quota.pods:
        return Excess("pods", "1", str(len(there)), str(quota.pods))
    for resource, limit in _limits(quota).items():
        used = sum(pod.asked.of(resource) for pod in there)
        if asked.of(resource) and used + asked.of(resource) > limit:
            texts = (text_of(resource, amount) for amount in (asked.of(resource), used, limit))
            return Excess(f"requests.{resource}", *texts)
    return None


def quota_in(found: Object | None) -> Quota | None:
    """What a ResourceQuota object says of pods; it goes before what the cluster's file says of its namespace."""
    if found is None:
        return None
    hard: dict[str, str] = found["spec"]["hard"]
    gpus, pods = hard.get(f"requests.{GPU}"), hard.get("pods")
    return Quota(
        cpu=hard.get("requests.cpu"),
        memory=hard.get("requests.memory"),
        gpus=int(gpus) if gpus is not None else None,
        pods=int(pods) if pods is not None else None,
    )


def hard_of(quota: Quota) -> dict[str, str]:
    """A quota of the cluster's file as a ResourceQuota says it."""
    amounts = {
        "requests.cpu": quota.cpu,
        "requests.memory": quota.memory,
        f"requests.{GPU}": quota.gpus,
        "pods": quota.pods,
    }
    return {resource: str(amount) for resource, amount in amounts.items() if amount is not None}


def with_use(
    namespace: str, hard: Mapping[str, str], pods: Iterable[SandboxPod], claims: Iterable[Mapping[str, Any]]
) -> Object:
    """The ResourceQuota with what pods and claims of its namespace use, as the controller counts it."""
    there = [pod for pod in pods if pod.namespace == namespace]
    asked = total(pod.asked for pod in there)
    sizes = [
        kibibytes(one["spec"]["resources"]["requests"]["storage"])
        for one in claims
        if one["metadata"]["namespace"] == namespace
    ]
    used = {f"requests.{resource}": text_of(resource, asked.of(resource)) for resource in RESOURCES}
    used |= {"pods": str(len(there)), "requests.storage": memory_text(sum(sizes))}
    status = {"hard": dict(hard), "used": {name: one for name, one in used.items() if name in hard}}
    metadata = {"name": ROOM, "namespace": namespace}
    return {
        "apiVersion": "v1",
        "kind": "ResourceQuota",
        "metadata": metadata,
        "spec": {"hard": dict(hard)},
        "status": status,
    }


def _limits(quota: Quota) -> dict[str, int]:
    limits = {
        "cpu": millicores(quota.cpu) if quota.cpu is not None else None,
        "memory": kibibytes(quota.memory) if quota.memory is not None else None,
        GPU: quota.gpus,
    }
    return {resource: limit for resource, limit in limits.items() if limit is not None}
