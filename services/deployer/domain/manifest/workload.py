"""The Deployment. Its pods meet the Pod Security Standard `restricted` of Kubernetes 1.37, whatever is described."""

from typing import Any

from contracts.apps.spec import AppSpec
from services.deployer.domain.manifest.autoscaling import fixed_replicas
from services.deployer.domain.manifest.container import container_of
from services.deployer.domain.manifest.environment import annotations_of
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.labels import pod_labels, revision_metadata, selector
from services.deployer.domain.manifest.storage import pod_volumes

PROGRESS_DEADLINE_SECONDS = 600
"""Kubernetes' own default; the reconciler's deadline is the same by default (settings)."""
OLD_REPLICA_SETS = 3
UNASKED_READY_SECONDS = 5
"""Without a readiness probe, running for this long is all the evidence there is."""


def workload(facts: DeploymentFacts, spec: AppSpec) -> dict[str, Any]:
    """One Deployment with the containers of the description."""
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": revision_metadata(facts, facts.name),
        "spec": {
            **fixed_replicas(facts, spec),
            "minReadySeconds": _min_ready_seconds(spec),
            "progressDeadlineSeconds": PROGRESS_DEADLINE_SECONDS,
            "revisionHistoryLimit": OLD_REPLICA_SETS,
            "strategy": _strategy(spec),
            "selector": {"matchLabels": selector(facts)},
            "template": {"metadata": _pod_metadata(facts), "spec": _pod(facts, spec)},
        },
    }


def _pod_metadata(facts: DeploymentFacts) -> dict[str, Any]:
    annotations = annotations_of(facts)
    labels = {"labels": pod_labels(facts)}
    return {**labels, "annotations": annotations} if annotations else labels


def _min_ready_seconds(spec: AppSpec) -> int:
    return 0 if all(container.readiness for container in spec.containers) else UNASKED_READY_SECONDS


def _strategy(spec: AppSpec) -> dict[str, Any]:
    """A claim of `ReadWriteOnce` cannot be held by the old and the new pod at once on two nodes: replace then."""
    if any(volume.persistent for volume in spec.volumes):
        return {"type": "Recreate"}
    return {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}}


def _pod(facts: DeploymentFacts, spec: AppSpec) -> dict[str, Any]:
    pod: dict[str, Any] = {
        "serviceAccountName": facts.name,
        "automountServiceAccountToken": False,
        "enableServiceLinks": False,
        "securityContext": {
            "runAsNonRoot": True,
            "fsGroup": spec.containers[0].user,
            "fsGroupChangePolicy": "OnRootMismatch",
            "seccompProfile": {"type": "RuntimeDefault"},
        },
        "containers": [container_of(facts, spec, container) for container in spec.containers],
    }
    if spec.volumes:
        pod["volumes"] = pod_volumes(facts, spec)
    return pod
