"""The namespace's quota, enforced when a pod is to be created, as a ResourceQuota does. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass

from services.deployer.adapters.sandbox.amounts import GPU, Amounts, text_of
from services.deployer.adapters.sandbox.cluster_file import Quota
from services.deployer.adapters.sandbox.pod import SandboxPod
from services.deployer.adapters.sandbox.quantities import kibibytes, millicores
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


def _limits(quota: Quota) -> dict[str, int]:
    limits = {
        "cpu": millicores(quota.cpu) if quota.cpu is not None else None,
        "memory": kibibytes(quota.memory) if quota.memory is not None else None,
        GPU: quota.gpus,
    }
    return {resource: limit for resource, limit in limits.items() if limit is not None}
