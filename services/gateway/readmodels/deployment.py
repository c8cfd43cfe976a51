"""A deployment as its three writers tell it: what was asked, what was decided, what the cluster shows.

Each part has one writer, so the order in which they arrive changes nothing; the status is computed when read.
"""

from typing import Any

from chassis.motions import Project
from contracts import topics
from contracts.compliance.events import DecisionEvent, DeploymentApproved
from contracts.deployments.events import (
    FINAL,
    DeploymentEvent,
    DeploymentProgressed,
    DeploymentRemoved,
    DeploymentStarted,
    DeploymentSucceeded,
)
from contracts.deployments.requests import DeploymentRequest, DeploymentRequested
from contracts.envelope import Event
from contracts.noun import write_time

Document = dict[str, Any]
ENDED = {
    "DeploymentSucceeded": "succeeded",
    "DeploymentFailed": "failed",
    "DeploymentRemoved": "succeeded",
    "rejected": "rejected",
    "superseded": "cancelled",
    "undecided": "failed",
}


def document(event: Event[Any]) -> str:
    """One document a deployment."""
    return str(event.data.deployment)


def apply(before: Document | None, event: Event[Any]) -> Document:
    """Fold one event into the part of its writer."""
    found = before or {"requests": {}, "decisions": {}, "finals": {}, "rollout": {}}
    data = event.data
    if isinstance(data, DeploymentRequest):
        return _requested(found, event)
    if isinstance(data, DecisionEvent):
        decision = {
            **data.model_dump(mode="json"),
            "approved": isinstance(data, DeploymentApproved),
            "at": write_time(event.context.time),
        }
        return {**found, "decisions": {**found["decisions"], str(event.context.generation_number): decision}}
    if isinstance(data, DeploymentEvent):
        return _observed(found, event)
    return found


def _requested(found: Document, event: Event[Any]) -> Document:
    data, context = event.data, event.context
    request = {
        **data.model_dump(mode="json"),
        "kind": "deploy" if isinstance(data, DeploymentRequested) else "remove",
        "at": write_time(context.time),
        "actor": context.actor,
        "operation": context.correlationid,
    }
    team = {"team": data.environment.team, "environment": request["environment"]}
    asked = {k: request[k] for k in ("app", "appName", "version", "name") if k in request}
    return {
        **found,
        **team,
        "asked": {**found.get("asked", {}), **asked},
        "requests": {**found["requests"], str(context.number): request},
    }


def _observed(found: Document, event: Event[Any]) -> Document:
    data, context = event.data, event.context
    at, generation = write_time(context.time), str(context.generation_number)
    rollout, finals = dict(found["rollout"]), found["finals"]
    rollout["changedAt"] = at
    if isinstance(data, DeploymentStarted):
        rollout |= {"started": generation, "revision": data.revision, "startedAt": at, "ready": 0}
    if isinstance(data, DeploymentProgressed):
        rollout |= {"step": data.step.value, "params": data.params}
        if "ready" in data.params:
            rollout |= {"ready": data.params["ready"], "wanted": data.params.get("wanted")}
    if isinstance(data, DeploymentSucceeded):
        rollout |= {"healthySince": at, "address": data.address, "replicas": data.replicas, "running": True}
    if isinstance(data, DeploymentRemoved):
        rollout |= {"removedAt": at, "running": False}
    if isinstance(data, FINAL):
        final = {**data.model_dump(mode="json"), "event": type(data).__name__, "at": at}
        finals = {**finals, generation: final}
    return {**found, "rollout": rollout, "finals": finals, "app": data.app}


def status_of(found: Document | None, generation: int) -> str:
    """The status of one generation: the operation's, in DESIGN's words."""
    key = str(generation)
    final = (found or {}).get("finals", {}).get(key)
    if final is not None:
        return ENDED[final.get("outcome") or final["event"]]
    if found is None:
        return "accepted"
    if found["rollout"].get("started") == key:
        return "running"
    decision = found["decisions"].get(key)
    if decision is not None:
        return "running" if decision["approved"] else "accepted"
    removing = found["requests"].get(key, {}).get("kind") == "remove"
    return "running" if removing else "accepted"


def newest_generation(found: Document) -> int:
    """The newest generation asked for."""
    return max(map(int, found["requests"]), default=0)


def is_gone(found: Document) -> bool:
    """Whether nothing of it stands or is coming: it was removed, or it ended without ever having been started."""
    generation = newest_generation(found)
    request = found["requests"].get(str(generation))
    if request is None:
        return False
    status = status_of(found, generation)
    if request["kind"] == "remove":
        return status == "succeeded"
    return "started" not in found["rollout"] and status in {"rejected", "failed", "cancelled"}


DEPLOYMENTS = Project(
    "deployments",
    1,
    (topics.DEPLOYMENT_REQUESTS, topics.DECISIONS, topics.DEPLOYMENTS),
    document,
    apply,
    indexes=(("team",), ("app", "rollout.running"), ("environment.namespace", "asked.name")),
)
