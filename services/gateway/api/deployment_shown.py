"""A deployment as the API answers it: the parts of its three writers put together when it is read."""

from datetime import datetime
from typing import Any

from services.gateway.accept.operation import Operation, standing_of
from services.gateway.api.drift_shown import DriftShown, drift_shown
from services.gateway.api.operations import (
    ObjectionShown,
    ProblemShown,
    Restored,
    failure_of,
    level_of,
    objection_shown,
    problem_of,
)
from services.gateway.api.shapes import Shown
from services.gateway.identity.person import Person
from services.gateway.locales.texts import Texts
from services.gateway.ports import World
from services.gateway.readmodels.deployment import is_gone, kept_data, newest_whole, newest_wish
from services.gateway.readmodels.revision import is_paused, running

Document = dict[str, Any]
_WITH_FAILURE = frozenset({"failed", "rolled-back", "held", "cancelled"})


class AppNamed(Shown):
    """An app by id, name and title."""

    id: str
    name: str
    title: str


class EnvironmentShown(Shown):
    """Where it runs."""

    name: str
    cluster: str
    namespace: str


class TeamShown(Shown):
    """Whose it is."""

    id: str
    slug: str


class WishShown(Shown):
    """What was asked last: the version, what the team chose, and how many pods (None leaves it to the version).

    `secrets` are the names of those that were given, never more; `declaredBy` names the files that declare it.
    """

    intent: str
    version: str
    parameters: dict[str, str]
    secrets: list[str] = []
    replicas: int | None = None
    declared_by: str | None = None


class RunningShown(Shown):
    """What runs now, not what was asked last. `replicas` are the pods there are, `askedReplicas` those asked for."""

    revision: int
    version: str
    parameters: dict[str, str]
    secrets: list[str] = []
    replicas: int | None = None
    asked_replicas: int | None = None
    since: str


class FailureShown(Shown):
    """Why it is not as it was asked; `cause` is the code of the problem, `restored` what runs again."""

    cause: str
    title: str
    detail: str
    fault: str
    params: dict[str, Any]
    restored: Restored | None = None
    next: list[str] = []


class QuarantineShown(Shown):
    """A version that failed here and went back: it returns when somebody asks for it by name."""

    version: str
    revision: int
    cause: str
    title: str
    since: str


class DeploymentShown(Shown):
    """A deployment as it stands. `generation` is the newest request that is no cancel; `status` is that request's.

    It `stands` while something of it is there or coming, and so nothing else can have its name; while it is `paused`
    nothing of it runs, because somebody asked so. `trouble` is what may become a failure, `quarantine` the versions
    that did, `drift` what somebody changed by hand and is not put back yet. The newest decision judged at
    `policyLevel`, and let the gates in `warnings` through there. `degraded` is what is wrong now with what succeeded
    before, `notices` what works today and will not for ever; `keptData` are the volumes that its removal left, for
    what is deployed next under its name.
    """

    id: str
    name: str
    app: AppNamed
    version: str
    environment: EnvironmentShown
    team: TeamShown
    generation: int
    revision: int | None = None
    status: str
    since: str
    address: str | None = None
    replicas: int | None = None
    asked: WishShown
    running: RunningShown | None = None
    stands: bool
    removed: bool
    kept_data: list[str] = []
    paused: bool = False
    being_removed: bool = False
    failure: FailureShown | None = None
    trouble: FailureShown | None = None
    quarantine: list[QuarantineShown] = []
    drift: DriftShown | None = None
    degraded: FailureShown | None = None
    notices: list[FailureShown] = []
    objections: list[ObjectionShown] = []
    policy_level: str | None = None
    warnings: list[ObjectionShown] = []
    operations: list[str]


async def show_deployment(found: Document, world: World, person: Person, texts: Texts) -> DeploymentShown:
    """A deployment's document in the reader's language."""
    generation = newest_wish(found)
    request, wanted, rollout = found["requests"][str(generation)], found["asked"], found["rollout"]
    operation = _as_operation(found, generation)
    standing = await standing_of(operation, world.models)
    status = standing.status
    app = await world.models.app_by_id(wanted["app"]) or {}
    problem = await problem_of(operation, standing, world, texts)
    membership = person.membership_of(found["team"])
    decision = found["decisions"].get(str(generation), {})
    removed = request["kind"] == "remove" and status == "succeeded"
    return DeploymentShown(
        id=found["_id"],
        name=wanted["name"],
        version=wanted["version"],
        generation=generation,
        status=status,
        stands=not is_gone(found),
        removed=removed,
        kept_data=list(kept_data(found)),
        paused=is_paused(found),
        being_removed=request["kind"] == "remove" and not standing.ended,
        app=AppNamed(id=wanted["app"], name=wanted["appName"], title=app.get("title", wanted["appName"])),
        environment=EnvironmentShown.model_validate(
            {k: found["environment"][k] for k in ("name", "cluster", "namespace")}
        ),
        team=TeamShown(id=found["team"], slug=membership.slug if membership else ""),
        revision=rollout.get("revision"),
        since=_since(found, generation),
        address=None if removed else rollout.get("address"),
        replicas=rollout.get("replicas"),
        asked=_asked(newest_whole(found)),
        running=_running(found),
        failure=_as_failure(problem) if problem and status in _WITH_FAILURE else None,
        trouble=_trouble(found, status, texts),
        quarantine=[_quarantined(one, texts) for one in rollout.get("quarantine") or ()],
        drift=drift_shown(rollout.get("drift")),
        degraded=_told(found, rollout["degraded"], texts) if rollout.get("degraded") else None,
        notices=[_told(found, one, texts) for one in rollout.get("warnings") or ()],
        objections=problem.objections if problem else [],
        policy_level=level_of(decision) if decision else None,
        warnings=[await objection_shown(one, world, texts) for one in decision.get("warnings", [])],
        operations=await world.operations.about(found["_id"]),
    )


def _asked(request: Document) -> WishShown:
    same = {name: request.get(name) for name in ("intent", "version", "parameters", "replicas", "declaredBy")}
    return WishShown.model_validate(same | {"secrets": secrets_of(request)})


def secrets_of(request: Document) -> list[str]:
    """The names of the secrets that a request has."""
    return sorted(request.get("secrets", {}))


def _running(found: Document) -> RunningShown | None:
    runs = running(found)
    if runs is None:
        return None
    return RunningShown(
        revision=runs["revision"],
        version=runs["version"],
        parameters=runs["request"].get("parameters", {}),
        secrets=secrets_of(runs["request"]),
        replicas=found["rollout"].get("replicas"),
        asked_replicas=runs["request"].get("replicas"),
        since=runs["since"],
    )


def _as_failure(problem: ProblemShown) -> FailureShown:
    return FailureShown(cause=problem.code, **problem.model_dump(by_alias=False, exclude={"code", "objections"}))


def _trouble(found: Document, status: str, texts: Texts) -> FailureShown | None:
    """What may become a failure, while it is under way."""
    trouble = found["rollout"].get("trouble")
    if trouble is None or status != "running":
        return None
    return _told(found, trouble, texts)


def _told(found: Document, one: Document, texts: Texts) -> FailureShown:
    values = {"app": found["asked"]["appName"], "version": found["asked"]["version"]}
    return _as_failure(failure_of(one, values, texts))


def _quarantined(one: Document, texts: Texts) -> QuarantineShown:
    title = texts.named("failure.cause", f"{one['cause']}.what")
    return QuarantineShown.model_validate({**one, "title": title}, extra="ignore")


def _since(found: Document, generation: int) -> str:
    """When the newest request came to stand as it does; what an earlier one did says nothing about it."""
    key = str(generation)
    if key in found["finals"]:
        return str(found["finals"][key]["at"])
    if found["rollout"].get("started") == key:
        return str(found["rollout"]["changedAt"])
    return str(found["decisions"].get(key, found["requests"][key])["at"])


def _as_operation(found: Document, generation: int) -> Operation:
    request, wanted = found["requests"][str(generation)], found["asked"]
    return Operation(
        request["operation"],
        request.get("intent", request["kind"]),
        found["_id"],
        generation,
        wanted["app"],
        wanted["appName"],
        wanted["version"],
        request.get("actor") or "",
        found["team"],
        None,
        datetime.fromisoformat(request["at"]),
    )
