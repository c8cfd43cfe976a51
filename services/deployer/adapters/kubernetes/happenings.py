"""What happened to one pod, with the moments that its status holds: placed, started, restarted, ready. Pure.

What an image pull took stands in Events alone, and no rollout needs it to go on: those steps are not told here.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from services.deployer.adapters.kubernetes.pod_status import condition, shortage_of
from services.deployer.domain.observed import Happening, Reason


def happened(pod: Mapping[str, Any], available_at: datetime | None, now: datetime) -> Iterator[Happening]:
    """Everything that did, in no order."""
    name = pod["metadata"]["name"]
    yield from _placed(pod, name)
    statuses = (pod.get("status") or {}).get("containerStatuses") or ()
    running = [started for one in statuses if (started := _running_since(one)) is not None]
    if statuses and len(running) == len(statuses):
        yield Happening(max(running), name, Reason.STARTED, {})
    for one in statuses:
        ended = (one.get("lastState") or {}).get("terminated") or {}
        if one.get("restartCount") and ended.get("finishedAt"):
            params = {"restarts": int(one["restartCount"]), "exitCode": int(ended.get("exitCode", 0))}
            yield Happening(datetime.fromisoformat(ended["finishedAt"]), name, Reason.RESTARTED, params)
    if available_at is not None and available_at <= now:
        yield Happening(available_at, name, Reason.READY, {})


def _placed(pod: Mapping[str, Any], name: str) -> Iterator[Happening]:
    scheduled = condition(pod, "PodScheduled")
    if scheduled is None or not scheduled.get("lastTransitionTime"):
        return
    moment = datetime.fromisoformat(scheduled["lastTransitionTime"])
    shortage = shortage_of(pod, scheduled)
    if scheduled.get("status") == "True":
        yield Happening(moment, name, Reason.SCHEDULED, {"node": str(pod["spec"].get("nodeName") or "")})
    elif shortage is not None:
        params = {"resource": shortage.resource, "asked": shortage.asked, "free": shortage.free}
        yield Happening(moment, name, Reason.FAILED_SCHEDULING, params)


def _running_since(status: Mapping[str, Any]) -> datetime | None:
    started = ((status.get("state") or {}).get("running") or {}).get("startedAt")
    return datetime.fromisoformat(started) if started else None
