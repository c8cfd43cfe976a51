"""Where a deployment stands, as one word: from the parts that its three writers keep in the read model.

Before it: the `deployment` read model. After it: the deployment page, and the links to it on the app page.
"""

from collections.abc import Mapping
from typing import Any

from services.gateway.readmodels.deployment import newest_wish, status_of
from services.gateway.readmodels.revision import is_paused
from services.gateway.web.pages.deployment.view import State

Document = dict[str, Any]
_OPEN: Mapping[str, State] = {
    "accepted": "waiting",
    "waiting": "waiting",
    "awaiting-approval": "awaiting-approval",
    "running": "rolling-out",
    "rejected": "rejected",
    "failed": "failed",
    "cancelled": "cancelled",
    "rolled-back": "rolled-back",
}
_CLOSED: Mapping[str, State] = {"superseded": "superseded", "undecided": "undecided", "cancelled": "cancelled"}


def state_of(found: Document, *, held: bool = False) -> State:
    """The state of the newest request; `held` when a message of it waits for an operator."""
    generation = newest_wish(found)
    final = final_of(found)
    if held and final is None:
        return "held"
    removing = request_of(found)["kind"] == "remove"
    status = status_of(found, generation)
    if status == "succeeded":
        return "removed" if removing else "paused" if is_paused(found) else _health_of(found)
    if status == "running" and removing:
        return "removing"
    return _CLOSED.get((final or {}).get("outcome", ""), _OPEN.get(status, "waiting"))


def _health_of(found: Document) -> State:
    """Of what succeeded and runs: whether that is still so."""
    return "degraded" if found["rollout"].get("degraded") else "healthy"


def request_of(found: Document) -> Document:
    """The newest request."""
    request: Document = found["requests"][str(newest_wish(found))]
    return request


def final_of(found: Document) -> Document | None:
    """The final event of the newest request, when it ended."""
    final: Document | None = found["finals"].get(str(newest_wish(found)))
    return final


def running_version(found: Document) -> str:
    """The version that runs: of the newest request that became healthy, else the one asked for."""
    healthy = [int(key) for key, final in found["finals"].items() if final["event"] == "DeploymentSucceeded"]
    return str(found["finals"][str(max(healthy))]["version"] if healthy else found["asked"]["version"])
