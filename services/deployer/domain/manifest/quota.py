"""The room of a team in an environment: what its namespace may ask in all, and what a pod asks that says nothing.

Shared by the team's deployments, as the namespace is: made with the first, removed by none.
"""

from typing import Any

from contracts.apps.resources import SIZES
from contracts.clusters.offer import Quota
from contracts.deployments.environment import Environment
from services.deployer.domain.manifest.labels import team_labels

ROOM = "appstore"


def team_room(environment: Environment, quota: Quota | None) -> tuple[dict[str, Any], ...]:
    """A ResourceQuota, and the LimitRange without which it would refuse every pod that names no amounts."""
    hard = _hard(quota) if quota is not None else {}
    if not hard:
        return ()
    small = SIZES["S"]
    unasked = {"type": "Container", "defaultRequest": dict(small), "default": {"memory": small["memory"]}}
    return (
        _shared(environment, "LimitRange", {"limits": [unasked]}),
        _shared(environment, "ResourceQuota", {"hard": hard}),
    )


def _hard(quota: Quota) -> dict[str, str]:
    amounts = {
        "requests.cpu": quota.cpu,
        "requests.memory": quota.memory,
        "requests.nvidia.com/gpu": quota.gpus,
        "requests.storage": quota.storage,
        "pods": quota.pods,
    }
    return {resource: str(amount) for resource, amount in amounts.items() if amount is not None}


def _shared(environment: Environment, kind: str, spec: dict[str, Any]) -> dict[str, Any]:
    return {
        "apiVersion": "v1",
        "kind": kind,
        "metadata": {"name": ROOM, "namespace": environment.namespace, "labels": team_labels(environment)},
        "spec": spec,
    }
