"""Which pods a Deployment should have next: those of its newest template, those missing, those that may go. Pure.

The part of Kubernetes' Deployment and ReplicaSet controllers that counts here. A template's hash tells one ReplicaSet
from another. `Recreate` stops the old pods first; `RollingUpdate` adds new ones up to `maxSurge` and lets old ones go
only as new ones become available. New pods come as far as the namespace's quota goes.
"""

import json
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from itertools import count, islice
from typing import Any

from services.deployer.adapters.sandbox.cluster_file import Quota
from services.deployer.adapters.sandbox.pod import TEMPLATE_HASH, SandboxPod, read_pod
from services.deployer.adapters.sandbox.quota import Excess, excess
from services.deployer.domain.manifest.labels import DEPLOYMENT

POD_NAME_BASE = 57
"""Kubernetes cuts the base so that `<base>-<5 characters>` fits 63."""


@dataclass(frozen=True, slots=True)
class Pods:
    """A Deployment's pods: kept of the newest template, kept of older ones, new, gone, and what kept more away."""

    kept: tuple[SandboxPod, ...]
    outdated: tuple[SandboxPod, ...]
    new: tuple[SandboxPod, ...]
    gone: tuple[SandboxPod, ...]
    refused: tuple[str, Excess] | None

    @property
    def settled(self) -> bool:
        """Whether the controllers have nothing to do at this moment."""
        return not self.new and not self.gone


def pods_of(
    workload: Mapping[str, Any],
    pods: Iterable[SandboxPod],
    available: Collection[str],
    nodes: Iterable[str],
    quota: Quota,
    now: datetime,
    new_id: Callable[[], str],
) -> Pods:
    """What a Deployment object asks for now, beside all `pods` of the cluster, on the nodes that exist.

    `available` names the pods of this Deployment that are ready for as long as it asks.
    """
    everybody, there = list(pods), set(nodes)
    own = [pod for pod in everybody if pod.deployment == workload["metadata"]["labels"][DEPLOYMENT]]
    alive = [pod for pod in own if pod.node is None or pod.node in there]
    wanted, template = workload["spec"]["replicas"], template_hash(workload)
    updated = _best([pod for pod in alive if pod.template == template], available)[:wanted]
    older = [pod for pod in alive if pod.template != template]
    outdated = _best(older, available)[: _may_stay(workload, updated, older, available)]
    kept = {pod.name for pod in (*updated, *outdated)}
    gone = tuple(pod for pod in own if pod.name not in kept)
    namespace = workload["metadata"]["namespace"]
    neighbours = [pod for pod in everybody if pod.namespace == namespace and (pod.name in kept or pod not in own)]
    missing = min(wanted - len(updated), wanted + _surge(workload) - len(updated) - len(outdated))
    new: list[SandboxPod] = []
    for name in islice(_free_names(workload, kept), max(missing, 0)):
        pod = read_pod(_pod_object(workload, name, now, new_id))
        too_much = excess(quota, [*neighbours, *new], pod.asked)
        if too_much is not None:
            return Pods(tuple(updated), tuple(outdated), tuple(new), gone, (name, too_much))
        new.append(pod)
    return Pods(tuple(updated), tuple(outdated), tuple(new), gone, None)


def _best(pods: Iterable[SandboxPod], available: Collection[str]) -> list[SandboxPod]:
    """The pods that are kept longest first: available ones, then the oldest, as a ReplicaSet chooses."""
    return sorted(pods, key=lambda pod: (pod.name not in available, pod.node is None, pod.created, pod.name))


def _may_stay(
    workload: Mapping[str, Any],
    updated: Collection[SandboxPod],
    older: Collection[SandboxPod],
    available: Collection[str],
) -> int:
    """How many pods of older templates stay for now."""
    if workload["spec"].get("strategy", {}).get("type") == "Recreate":
        return 0
    wanted = int(workload["spec"]["replicas"])
    coming = sum(pod.name not in available for pod in updated)
    may_go = max(len(updated) + len(older) - wanted - coming, 0)
    unhealthy = sum(pod.name not in available for pod in older)
    ready = len(updated) - coming + len(older) - unhealthy
    gone = min(unhealthy, may_go)
    return len(older) - gone - min(max(ready - wanted, 0), may_go - gone)


def _surge(workload: Mapping[str, Any]) -> int:
    return int(workload["spec"].get("strategy", {}).get("rollingUpdate", {}).get("maxSurge", 0))


def _free_names(workload: Mapping[str, Any], taken: Collection[str]) -> Iterator[str]:
    """Names for pods of the newest template, the same ones each time."""
    metadata = workload["metadata"]
    base = f"{metadata['name']}-{template_hash(workload)}"[:POD_NAME_BASE].rstrip("-")
    seed = f"{metadata['uid']} {base}"
    names = (f"{base}-{_letters(f'{seed} {index}')}" for index in count())
    return (name for name in names if name not in taken)


def template_hash(workload: Mapping[str, Any]) -> str:
    """What tells one template from another."""
    canonical = json.dumps(workload["spec"]["template"], sort_keys=True, separators=(",", ":"))
    return sha256(canonical.encode()).hexdigest()[:10]


def _letters(text: str) -> str:
    return sha256(text.encode()).hexdigest()[:5]


def _pod_object(workload: Mapping[str, Any], name: str, now: datetime, new_id: Callable[[], str]) -> dict[str, Any]:
    metadata, template = workload["metadata"], workload["spec"]["template"]
    return {
        "apiVersion": "v1",
        "kind": "Pod",
        "metadata": {
            "name": name,
            "namespace": metadata["namespace"],
            "labels": {**template["metadata"]["labels"], TEMPLATE_HASH: template_hash(workload)},
            "uid": new_id(),
            "creationTimestamp": now.isoformat(),
            "ownerReferences": [
                {
                    "apiVersion": "apps/v1",
                    "kind": "Deployment",
                    "name": metadata["name"],
                    "uid": metadata["uid"],
                    "controller": True,
                }
            ],
        },
        "spec": dict(template["spec"]),
    }
