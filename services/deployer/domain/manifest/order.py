"""The order in which objects are applied: what others need comes first, so that nothing runs before it is fenced in."""

from collections.abc import Iterable
from typing import Any

_KINDS = (
    "Namespace",
    "ConfigMap",
    "LimitRange",
    "ResourceQuota",
    "ServiceAccount",
    "NetworkPolicy",
    "Secret",
    "PersistentVolumeClaim",
    "Deployment",
    "Service",
    "Ingress",
    "HTTPRoute",
    "HorizontalPodAutoscaler",
    "PodDisruptionBudget",
)


def in_order(objects: Iterable[dict[str, Any]]) -> tuple[dict[str, Any], ...]:
    """The objects as they are to be applied; those of one kind stay as they were."""
    return tuple(sorted(objects, key=lambda one: _KINDS.index(one["kind"])))
