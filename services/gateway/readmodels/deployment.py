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
    DeploymentRollbackStarted,
    DeploymentRolledBack,
    DeploymentStarted,
    DeploymentSucceeded,
)
from contracts.deployments.health import Degraded, Warned, health_after, warnings_after
from contracts.deployments.quarantine import Quarantined, quarantine_after
from contracts.deployments.reasons import Cause, ClosedOutcome
from contracts.deployments.requests import (
    DeploymentCancelRequested,
    DeploymentRemovalRequested,
    DeploymentRequest,
    DeploymentRequested,
)
from contracts.envelope import Event
from contracts.noun import write_time
from services.gateway.readmodels.drift import lasting

Document = dict[str, Any]
ENDED = {
    "DeploymentSucceeded": "succeeded",
    "DeploymentFailed": "failed",
    "DeploymentRolledBack": "rolled-back",
    "DeploymentCancelled": "succeeded",
    "DeploymentRemoved": "succeeded",
    "rejected": "rejected",
    "superseded": "cancelled",
    "cancelled": "cancelled",
    "undecided": "failed",
    "too-late": "rejected",
}
KINDS = {
    DeploymentRequested.__name__: "deploy",
    DeploymentRemovalRequested.__name__: "remove",
    DeploymentCancelRequested.__name__: "cancel",
}


def document(event: Event[Any]) -> str:
    """One document a deployment."""
    return str(event.data.deployment)


def apply(before: Document | None, event: Event[Any]) -> Document:
    """Fold one event into the part of its writer."""
    found = before or {"requests": {}, "decisions": {}, "starts": {}, "finals": {}, "rollout": {}}
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
        "kind": KINDS[type(data).__name__],
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
    rollout, starts, finals = dict(found["rollout"]), found["starts"], found["finals"]
    rollout["changedAt"] = at
    rollout["quarantine"] = _quarantine(rollout, event)
    rollout |= _after_success(rollout, event)
    rollout["trouble"] = _trouble(rollout, data, at)
    rollout |= lasting(rollout, event)
    if isinstance(data, DeploymentStarted):
        starts = {**starts, generation: {"revision": data.revision, "at": at}}
        rollout |= {"started": generation, "revision": data.revision, "startedAt": at, "ready": 0}
    if isinstance(data, DeploymentProgressed):
        rollout |= {"step": data.step.value, "params": data.params}
        if "ready" in data.params:
            rollout |= {"ready": data.params["ready"], "wanted": data.params.get("wanted")}
    if isinstance(data, DeploymentSucceeded):
        rollout |= {"healthySince": at, "address": data.address, "replicas": data.replicas, "running": True}
        rollout["runs"] = {"revision": data.revision, "version": data.version, "generation": generation, "since": at}
    if isinstance(data, DeploymentRollbackStarted):
        rollout |= {"returning": data.model_dump(mode="json"), "ready": 0}
    if isinstance(data, DeploymentRolledBack):
        rollout |= {"healthySince": at, "running": True, "runs": _returned_to(data, starts, at)}
    if isinstance(data, DeploymentRemoved):
        rollout |= {"removedAt": at, "running": False, "runs": None, "kept": [one.name for one in data.kept]}
    if isinstance(data, FINAL):
        final = {**data.model_dump(mode="json"), "event": type(data).__name__, "at": at}
        finals = {**finals, generation: final}
        rollout["returning"] = None
    return {**found, "rollout": rollout, "starts": starts, "finals": finals, "app": data.app}


def _after_success(rollout: Document, event: Event[Any]) -> Document:
    """What is wrong with what succeeded, and what the cluster warned of, after this event."""
    known = rollout.get("degraded")
    before = Degraded.model_validate(known) if known is not None else None
    degraded = health_after(before, event.data, event.context.time)
    warned = tuple(Warned.model_validate(one) for one in rollout.get("warnings") or ())
    return {
        "degraded": degraded.model_dump(mode="json") if degraded is not None else None,
        "warnings": [one.model_dump(mode="json") for one in warnings_after(warned, event.data)],
    }


def _trouble(rollout: Document, data: DeploymentEvent, at: str) -> Document | None:
    """What may become a failure, seen last in what is under way."""
    if isinstance(data, (DeploymentStarted, DeploymentRollbackStarted, *FINAL)):
        return None
    if isinstance(data, DeploymentProgressed) and data.cause not in (None, Cause.API_DEPRECATED):
        return {**data.model_dump(mode="json"), "at": at}
    return rollout.get("trouble")


def _quarantine(rollout: Document, event: Event[Any]) -> list[Document]:
    """The versions kept out after this event."""
    before = tuple(Quarantined.model_validate(one) for one in rollout.get("quarantine") or ())
    return [one.model_dump(mode="json") for one in quarantine_after(before, event.data, event.context.time)]


def _returned_to(data: DeploymentRolledBack, starts: Document, at: str) -> Document:
    """What runs after a return: the revision from before, with the generation that had asked for it."""
    generation = next((key for key, start in starts.items() if start["revision"] == data.to_revision), None)
    return {"revision": data.to_revision, "version": data.to_version, "generation": generation, "since": at}


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
    asks_for_a_decision = found["requests"].get(key, {}).get("kind", "deploy") == "deploy"
    return "accepted" if asks_for_a_decision else "running"


def newest_generation(found: Document) -> int:
    """The newest generation asked for."""
    return max(map(int, found["requests"]), default=0)


def newest_wish(found: Document) -> int:
    """The newest generation that says what shall be: a cancel only takes one back, so it is none."""
    return max((int(key) for key, one in found["requests"].items() if one["kind"] != "cancel"), default=0)


def newest_whole(found: Document) -> Document:
    """The newest request that says what shall run."""
    whole = max(int(key) for key, one in found["requests"].items() if one["kind"] == "deploy")
    request: Document = found["requests"][str(whole)]
    return request


def is_gone(found: Document) -> bool:
    """Whether nothing of it stands or is coming.

    It was removed, ended without ever having been started, or its first rollout was taken back.
    """
    generation = newest_wish(found)
    request = found["requests"].get(str(generation))
    if request is None:
        return False
    status = status_of(found, generation)
    if request["kind"] == "remove":
        return status == "succeeded"
    final, starts = found["finals"].get(str(generation), {}), _starts_since_removal(found)
    if final.get("outcome") == ClosedOutcome.CANCELLED.value:
        return starts <= {str(generation)}
    return not starts and status in {"rejected", "failed", "cancelled"}


def _starts_since_removal(found: Document) -> set[str]:
    """The generations that were started since nothing of it was there."""
    removed = [int(key) for key, final in found["finals"].items() if final["event"] == DeploymentRemoved.__name__]
    return {key for key in found["starts"] if int(key) > max(removed, default=0)}


def kept_data(found: Document) -> tuple[str, ...]:
    """The names of the data volumes that a removal left, for what is deployed next under this name."""
    return tuple(found["rollout"].get("kept") or ()) if is_gone(found) else ()


DEPLOYMENTS = Project(
    "deployments",
    5,
    (topics.DEPLOYMENT_REQUESTS, topics.DECISIONS, topics.DEPLOYMENTS),
    document,
    apply,
    indexes=(("team",), ("app", "rollout.running"), ("environment.namespace", "asked.name")),
    reads_from=2,
)
