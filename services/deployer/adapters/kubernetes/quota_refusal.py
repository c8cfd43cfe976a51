"""Pods that a namespace's quota kept from being made, read from the sentence the API server gives its controllers."""

import re
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from services.deployer.adapters.kubernetes.pod_status import condition
from services.deployer.domain.observed import QuotaRefusal

_EXCEEDED = re.compile(
    r"exceeded quota: [^,]+, requested: (?P<asked>.+?), used: (?P<used>.+?), limited: (?P<limit>.+)$"
)


def quota_refusal(workload: Mapping[str, Any]) -> QuotaRefusal | None:
    """What the quota has no room for; None when it refuses nothing. Pure."""
    failing = condition(workload, "ReplicaFailure")
    if failing is None or failing.get("status") != "True" or failing.get("reason") != "FailedCreate":
        return None
    message = str(failing.get("message", ""))
    told = _EXCEEDED.search(message)
    if told is None:
        return None
    asked, used, limit = (_amounts(told[name]) for name in ("asked", "used", "limit"))
    resource = next(iter(asked))
    since = datetime.fromisoformat(failing["lastTransitionTime"])
    return QuotaRefusal(resource, asked[resource], used.get(resource, ""), limit.get(resource, ""), message, since)


def _amounts(text: str) -> dict[str, str]:
    """`requests.cpu=500m,pods=1` by name."""
    return dict(part.split("=", 1) for part in text.strip().split(",") if "=" in part)
