"""What a kubelet tells about one pod in Events: failed pulls and probes.

`observing.py` asks for them only when the status shows trouble.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chassis.errors import NotNow
from services.deployer.adapters.kubernetes.answers import ApiRefused
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.kinds import EVENT

MOST = 50
"""Events of one pod that are looked at; the same thing again is counted on one of them."""
_READINESS = re.compile(r"^Readiness probe failed: (.*)$", re.DOTALL)
_ANSWER_LIMIT = 200


@dataclass(frozen=True, slots=True)
class PodEvents:
    """The telling ones. `pulls` counts failed pulls by image."""

    pulls: Mapping[str, int] = field(default_factory=dict)
    probe_answer: str | None = None
    unhealthy_since: datetime | None = None

    def failed_pulls(self, image: str) -> int:
        """How often the kubelet tried in vain to pull an image."""
        return self.pulls.get(image, 0)


async def events_of(connection: Connection, pod: Mapping[str, Any]) -> PodEvents:
    """The Events about a pod. Raises NotNow."""
    metadata = pod["metadata"]
    query = {"fieldSelector": f"involvedObject.uid={metadata['uid']}", "limit": str(MOST)}
    try:
        found = await connection.request("GET", EVENT.path(metadata["namespace"]), query)
    except ApiRefused as refused:
        message = f"the cluster does not let the deployer read events: {refused.message}"
        raise NotNow(message) from refused
    return read_events(found["items"])


def read_events(events: Iterable[Mapping[str, Any]]) -> PodEvents:
    """What Events of one pod come to. Pure."""
    pulls: dict[str, int] = {}
    answer, since = None, None
    for event in events:
        message = str(event.get("message") or "")
        if event.get("reason") == "Failed" and message.startswith("Failed to pull image"):
            image = message.split('"')[1] if message.count('"') > 1 else ""
            pulls[image] = pulls.get(image, 0) + _times(event)
        elif event.get("reason") == "Unhealthy" and (told := _READINESS.match(message)):
            answer = told[1].strip()[:_ANSWER_LIMIT]
            since = _first(event)
    return PodEvents(pulls, answer, since)


def _times(event: Mapping[str, Any]) -> int:
    return int((event.get("series") or {}).get("count") or event.get("count") or 1)


def _first(event: Mapping[str, Any]) -> datetime | None:
    moment = event.get("firstTimestamp") or event.get("eventTime") or event["metadata"].get("creationTimestamp")
    return datetime.fromisoformat(moment) if moment else None
