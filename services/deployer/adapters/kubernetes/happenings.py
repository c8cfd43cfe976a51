"""What happened to one pod, with the moments that its status holds: placed, started, restarted, ready. Pure.

What an image pull took stands in Events alone, and no rollout needs it to go on: those steps are not told here.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from services.deployer.adapters.kubernetes.pod_status import asked_of, condition, unscheduled
from services.deployer.domain.doctor.unschedulable import shortage_told
from services.deployer.domain.observed import Happening, Reason

_SECOND = timedelta(microseconds=999_999)


def happened(pod: Mapping[str, Any], available_at: datetime | None, now: datetime) -> Iterator[Happening]:
    """Everything that did, in no order."""
    name = pod["metadata"]["name"]
    yield from _placed(pod, name, now)
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    running = [started for one in statuses if (started := _running_since(one, now)) is not None]
    if statuses and len(running) == len(statuses):
        yield Happening(max(running), name, Reason.STARTED, {})
    for one in statuses:
        ended = (one.get("lastState") or {}).get("terminated") or {}
        if one.get("restartCount") and ended.get("finishedAt"):
            params = {"restarts": int(one["restartCount"]), "exitCode": int(ended.get("exitCode", 0))}
            yield Happening(_moment(ended["finishedAt"], now), name, Reason.RESTARTED, params)
    if available_at is not None and available_at <= now:
        yield Happening(min(available_at + _SECOND, now), name, Reason.READY, {})


def _placed(pod: Mapping[str, Any], name: str, now: datetime) -> Iterator[Happening]:
    scheduled = condition(pod, "PodScheduled")
    if scheduled is None or not scheduled.get("lastTransitionTime"):
        return
    moment = _moment(scheduled["lastTransitionTime"], now)
    why = unscheduled(pod)
    if scheduled.get("status") == "True":
        yield Happening(moment, name, Reason.SCHEDULED, {"node": str(pod["spec"].get("nodeName") or "")})
    elif why is not None:
        shortage = shortage_told(asked_of(pod), why)
        params = {"resource": shortage.resource, "asked": shortage.asked, "free": shortage.free}
        yield Happening(moment, name, Reason.FAILED_SCHEDULING, params)


def _running_since(status: Mapping[str, Any], now: datetime) -> datetime | None:
    started = ((status.get("state") or {}).get("running") or {}).get("startedAt")
    return _moment(started, now) if started else None


def _moment(text: str, now: datetime) -> datetime:
    """Kubernetes cuts moments off to the second: the end of it, so that nothing seems older than what caused it."""
    return min(datetime.fromisoformat(text) + _SECOND, now)
