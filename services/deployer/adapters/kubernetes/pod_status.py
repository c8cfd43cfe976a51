"""One pod's status in the domain's words: its containers and what they ask together. Pure."""

from collections import defaultdict
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.deployer.adapters.kubernetes.pod_events import PodEvents
from services.deployer.domain.observed import Container, Ended, Unhealthy
from services.deployer.domain.quantity import amount

_LOG_LINES = 10
"""Newest lines of a container that ended; Kubernetes keeps 2 KiB of them (FallbackToLogsOnError)."""


def condition(found: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """One condition of an object's status."""
    conditions = (found.get("status") or {}).get("conditions") or ()
    return next((one for one in conditions if one.get("type") == name), None)


def container_of(spec: Mapping[str, Any], status: Mapping[str, Any] | None, events: PodEvents) -> Container:
    """A container as its status shows it; one that no kubelet has looked at yet only waits."""
    name, image = spec["name"], spec["image"]
    limit = ((spec.get("resources") or {}).get("limits") or {}).get("memory")
    if status is None:
        return Container(name, image, memory_limit=limit)
    state, last = status.get("state") or {}, status.get("lastState") or {}
    waiting = state.get("waiting") or {}
    ended = state.get("terminated") or last.get("terminated") or {}
    ready = bool(status.get("ready"))
    return Container(
        name=name,
        image=image,
        ready=ready,
        waiting=waiting.get("reason"),
        message=waiting.get("message"),
        restarts=int(status.get("restartCount", 0)),
        ended=Ended(str(ended.get("reason", "")), int(ended.get("exitCode", 0))) if ended else None,
        log=tuple(str(ended.get("message") or "").strip().splitlines()[-_LOG_LINES:]),
        memory_limit=limit,
        pull_attempts=events.failed_pulls(image),
        unhealthy=None if ready else _unhealthy(spec, state.get("running") or {}, events),
    )


def asked_of(pod: Mapping[str, Any]) -> dict[str, str]:
    """What a pod's containers ask together, by resource."""
    found: dict[str, list[str]] = defaultdict(list)
    for container in pod["spec"]["containers"]:
        for resource, quantity in ((container.get("resources") or {}).get("requests") or {}).items():
            found[resource].append(quantity)
    return {resource: _together(quantities) for resource, quantities in found.items()}


def unscheduled(pod: Mapping[str, Any]) -> str | None:
    """Why the scheduler has no node for a pod, in its own words; None when it has, or has not looked."""
    scheduled = condition(pod, "PodScheduled") or {}
    return str(scheduled.get("message", "")) if scheduled.get("status") == "False" else None


def _together(quantities: list[str]) -> str:
    return quantities[0] if len(quantities) == 1 else str(sum((amount(one) for one in quantities), Decimal(0)))


def _unhealthy(spec: Mapping[str, Any], running: Mapping[str, Any], events: PodEvents) -> Unhealthy | None:
    """The probe that says no, since the container runs or the first such Event, whichever was later."""
    if not running or events.unhealthy is None:
        return None
    moments = [events.unhealthy_since] if events.unhealthy_since is not None else []
    if started := running.get("startedAt"):
        moments.append(datetime.fromisoformat(started))
    probe = spec.get("readinessProbe") or spec.get("startupProbe") or {}
    return Unhealthy(max(moments), events.unhealthy, (probe.get("httpGet") or {}).get("path")) if moments else None
