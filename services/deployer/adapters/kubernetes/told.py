"""What the cluster's Events say of a deployment's objects. One bounded list of its namespace; nothing is kept."""

from collections.abc import Mapping
from typing import Any

from chassis.errors import NotNow
from contracts.deployments.logs import LONGEST_MESSAGE, MOST_HAPPENINGS, ClusterHappening, ClusterHappenings
from services.deployer.adapters.kubernetes.answers import ApiRefused
from services.deployer.adapters.kubernetes.connection import Connection
from services.deployer.adapters.kubernetes.kinds import EVENT
from services.deployer.adapters.kubernetes.watches import Watches

PAGE, PAGES = 500, 4
"""Events of the namespace that are looked through: a team's quiet hour has some tens."""


async def read_happenings(watches: Watches, deployment: str) -> ClusterHappenings:
    """Oldest first. Raises NotNow."""
    found = [seen.object["metadata"] for _, seen in watches.of_deployment(deployment)]
    ours = {one["uid"] for one in found}
    told: list[Mapping[str, Any]] = []
    for namespace in sorted({one["namespace"] for one in found if "namespace" in one}):
        told += [one for one in await _events(watches.connection, namespace) if _about(one).get("uid") in ours]
    newest = sorted(map(read_happening, told), key=lambda one: one.at)[-MOST_HAPPENINGS:]
    return ClusterHappenings(items=tuple(newest))


async def _events(connection: Connection, namespace: str) -> list[Mapping[str, Any]]:
    events: list[Mapping[str, Any]] = []
    query = {"limit": str(PAGE)}
    for _ in range(PAGES):
        try:
            page = await connection.request("GET", EVENT.path(namespace), query)
        except ApiRefused as refused:
            message = f"the cluster does not let the deployer read events: {refused.message}"
            raise NotNow(message) from refused
        events += page["items"]
        following = (page.get("metadata") or {}).get("continue")
        if not following:
            break
        query = {"limit": str(PAGE), "continue": following}
    return events


def read_happening(event: Mapping[str, Any]) -> ClusterHappening:
    """One Event in our words. Pure."""
    series, about = event.get("series") or {}, _about(event)
    moments = (series.get("lastObservedTime"), event.get("lastTimestamp"), event.get("eventTime"))
    at = next((str(one) for one in moments if one), str(event["metadata"].get("creationTimestamp") or ""))
    return ClusterHappening(
        at=at[:40],
        kind=str(about.get("kind") or "")[:63],
        name=str(about.get("name") or "")[:253],
        warning=event.get("type") == "Warning",
        reason=str(event.get("reason") or "")[:128],
        message=str(event.get("message") or "")[:LONGEST_MESSAGE],
        times=max(int(series.get("count") or event.get("count") or 1), 1),
    )


def _about(event: Mapping[str, Any]) -> Mapping[str, Any]:
    about: Mapping[str, Any] = event.get("involvedObject") or {}
    return about
