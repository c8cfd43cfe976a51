"""What is told in Events alone: failed pulls and probes of a pod, and why a claim is not bound.

`observing.py` asks for them only when the status shows trouble.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from chassis.errors import NotNow
from services.deployer.adapters.kubernetes.answers import ApiRefused
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.kinds import EVENT

MOST = 50
"""Events of one object that are looked at; the same thing again is counted on one of them."""
_PROBES = ("Readiness probe failed: ", "Startup probe failed: ")
_NOT_BOUND = {"FailedBinding", "ProvisioningFailed"}
_SENTENCE = 400


@dataclass(frozen=True, slots=True)
class PodEvents:
    """The telling ones. `pulls` counts failed pulls by image; `unhealthy` is the sentence of a probe that failed."""

    pulls: Mapping[str, int] = field(default_factory=dict)
    unhealthy: str | None = None
    unhealthy_since: datetime | None = None

    def failed_pulls(self, image: str) -> int:
        """How often the kubelet tried in vain to pull an image."""
        return self.pulls.get(image, 0)


async def events_of(connection: Connection, pod: Mapping[str, Any]) -> PodEvents:
    """The Events about a pod. Raises NotNow."""
    return read_events(await _events(connection, pod))


async def why_not_bound(connection: Connection, claim: Mapping[str, Any]) -> str:
    """What the newest Event says of a claim that is not bound; empty when none does. Raises NotNow."""
    return read_not_bound(await _events(connection, claim))


async def _events(connection: Connection, about: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    metadata = about["metadata"]
    query = {"fieldSelector": f"involvedObject.uid={metadata['uid']}", "limit": str(MOST)}
    try:
        found = await connection.request("GET", EVENT.path(metadata["namespace"]), query)
    except ApiRefused as refused:
        message = f"the cluster does not let the deployer read events: {refused.message}"
        raise NotNow(message) from refused
    return list(found["items"])


def read_events(events: Iterable[Mapping[str, Any]]) -> PodEvents:
    """What Events of one pod come to. Pure."""
    pulls: dict[str, int] = {}
    unhealthy, since = None, None
    for event in events:
        message = str(event.get("message") or "")
        if event.get("reason") == "Failed" and message.startswith("Failed to pull image"):
            image = message.split('"')[1] if message.count('"') > 1 else ""
            pulls[image] = pulls.get(image, 0) + _times(event)
        elif event.get("reason") == "Unhealthy" and message.startswith(_PROBES):
            unhealthy, since = message.strip()[:_SENTENCE], _first(event)
    return PodEvents(pulls, unhealthy, since)


def read_not_bound(events: Iterable[Mapping[str, Any]]) -> str:
    """The newest sentence about why a claim is not bound. Pure."""
    told = [one for one in events if one.get("reason") in _NOT_BOUND]
    newest = max(told, key=lambda one: str(one.get("lastTimestamp") or one.get("eventTime") or ""), default=None)
    return str(newest.get("message") or "").strip()[:_SENTENCE] if newest is not None else ""


def _times(event: Mapping[str, Any]) -> int:
    return int((event.get("series") or {}).get("count") or event.get("count") or 1)


def _first(event: Mapping[str, Any]) -> datetime | None:
    moment = event.get("firstTimestamp") or event.get("eventTime") or event["metadata"].get("creationTimestamp")
    return datetime.fromisoformat(moment) if moment else None
