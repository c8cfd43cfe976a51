"""One pod's status in the domain's words: its containers, and what no node has room for. Pure."""

import re
from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any

from services.deployer.adapters.kubernetes.facts import amount
from services.deployer.adapters.kubernetes.pod_events import PodEvents
from services.deployer.domain.observed import OOM_KILLED, Container, Shortage

_INSUFFICIENT = re.compile(r"Insufficient ([A-Za-z0-9./-]+?)[.,]?(?:\s|$)")
_LINE_LIMIT = 200
"""Characters of a last line: enough to recognise it, and no dump in an event."""
_ORDER = ("nvidia.com/gpu", "memory", "cpu")
"""In which a shortage is named: the scarcest kind first."""


def condition(found: Mapping[str, Any], name: str) -> Mapping[str, Any] | None:
    """One condition of an object's status."""
    conditions = (found.get("status") or {}).get("conditions") or ()
    return next((one for one in conditions if one.get("type") == name), None)


def container_of(spec: Mapping[str, Any], status: Mapping[str, Any] | None, events: PodEvents) -> Container:
    """A container as its status shows it; one that no kubelet has looked at yet only waits."""
    name, image = spec["name"], spec["image"]
    if status is None:
        return Container(name, image)
    state, last = status.get("state") or {}, status.get("lastState") or {}
    ended = state.get("terminated") or last.get("terminated") or {}
    ready, running = bool(status.get("ready")), state.get("running") or {}
    answer = events.probe_answer if running and not ready else None
    return Container(
        name=name,
        image=image,
        ready=ready,
        waiting=(state.get("waiting") or {}).get("reason"),
        restarts=int(status.get("restartCount", 0)),
        exit_code=ended.get("exitCode"),
        last_line=_last_line(ended),
        pull_attempts=events.failed_pulls(image),
        probe_path=((spec.get("readinessProbe") or {}).get("httpGet") or {}).get("path"),
        probe_answer=answer,
        answering_since=_since(running, events) if answer is not None else None,
    )


def shortage_of(pod: Mapping[str, Any], scheduled: Mapping[str, Any]) -> Shortage | None:
    """What no node has room for, by the scheduler's own sentence, which names no amounts.

    None when it waits for something else, as a volume that is not bound.
    """
    if scheduled.get("reason") != "Unschedulable":
        return None
    message = str(scheduled.get("message", ""))
    lacking = set(_INSUFFICIENT.findall(message))
    resource = next((one for one in (*_ORDER, *sorted(lacking)) if one in lacking), None)
    if resource is None:
        return None
    return Shortage(resource, _asked(pod, resource), "", too_large=False)


def _asked(pod: Mapping[str, Any], resource: str) -> str:
    requests = ((one.get("resources") or {}).get("requests") or {} for one in pod["spec"]["containers"])
    found = [one[resource] for one in requests if resource in one]
    return found[0] if len(found) == 1 else str(sum((amount(one) for one in found), Decimal(0))) if found else ""


def _last_line(ended: Mapping[str, Any]) -> str | None:
    if ended.get("reason") == OOM_KILLED:
        return OOM_KILLED
    lines = str(ended.get("message") or "").strip().splitlines()
    return lines[-1][:_LINE_LIMIT] if lines else None


def _since(running: Mapping[str, Any], events: PodEvents) -> datetime | None:
    started = running.get("startedAt")
    moments = [datetime.fromisoformat(started)] if started else []
    moments += [events.unhealthy_since] if events.unhealthy_since is not None else []
    return max(moments, default=None)
