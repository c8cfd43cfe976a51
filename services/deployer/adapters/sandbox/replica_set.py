"""Which pods a Deployment should have: those it has of its newest template, and those that are missing. Pure.

The part of Kubernetes' Deployment and ReplicaSet controllers that counts here: names from the template's hash, old
pods replaced at once, new ones only as far as the namespace's quota goes.
"""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any

from services.deployer.adapters.sandbox.cluster_file import Quota
from services.deployer.adapters.sandbox.pod import TEMPLATE_HASH, SandboxPod, read_pod
from services.deployer.adapters.sandbox.quota import Excess, excess
from services.deployer.domain.manifest.labels import DEPLOYMENT

POD_NAME_BASE = 57
"""Kubernetes cuts the base so that `<base>-<5 characters>` fits 63."""


@dataclass(frozen=True, slots=True)
class Pods:
    """A Deployment's pods: kept, new, gone, and what kept more from coming."""

    kept: tuple[SandboxPod, ...]
    new: tuple[SandboxPod, ...]
    gone: tuple[SandboxPod, ...]
    refused: tuple[str, Excess] | None


def pods_of(
    workload: Mapping[str, Any],
    pods: Iterable[SandboxPod],
    nodes: Iterable[str],
    quota: Quota,
    now: datetime,
    new_id: Callable[[], str],
) -> Pods:
    """What a Deployment object asks for, beside all `pods` of the cluster, on the nodes that exist."""
    everybody = list(pods)
    there = set(nodes)
    own = [pod for pod in everybody if pod.deployment == workload["metadata"]["labels"][DEPLOYMENT]]
    names = pod_names(workload)
    kept = tuple(pod for pod in own if pod.name in names and (pod.node is None or pod.node in there))
    gone = tuple(pod for pod in own if pod not in kept)
    neighbours = [pod for pod in everybody if pod.namespace == workload["metadata"]["namespace"] and pod not in gone]
    new: list[SandboxPod] = []
    for name in names:
        if any(pod.name == name for pod in kept):
            continue
        pod = read_pod(_pod_object(workload, name, now, new_id))
        too_much = excess(quota, [*neighbours, *new], pod.asked)
        if too_much is not None:
            return Pods(kept, tuple(new), gone, (name, too_much))
        new.append(pod)
    return Pods(kept, tuple(new), gone, None)


def pod_names(workload: Mapping[str, Any]) -> tuple[str, ...]:
    """The names of the pods a Deployment object should have, one per replica."""
    metadata = workload["metadata"]
    base = f"{metadata['name']}-{template_hash(workload)}"[:POD_NAME_BASE].rstrip("-")
    seed = f"{metadata['uid']} {base}"
    return tuple(f"{base}-{_letters(f'{seed} {index}')}" for index in range(workload["spec"]["replicas"]))


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
