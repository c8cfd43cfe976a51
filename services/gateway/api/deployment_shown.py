"""A deployment as the API answers it: the parts of its three writers put together when it is read."""

from datetime import datetime
from typing import Any

from services.gateway.accept.operation import Operation, Standing
from services.gateway.api.operations import ObjectionShown, ProblemShown, problem_of
from services.gateway.api.shapes import Shown
from services.gateway.identity.person import Person
from services.gateway.locales.texts import Texts
from services.gateway.ports import World
from services.gateway.readmodels.deployment import newest_generation, status_of

Document = dict[str, Any]


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


class FailureShown(Shown):
    """Why it is not as it was asked; `cause` is the code of the problem."""

    cause: str
    title: str
    detail: str
    fault: str
    params: dict[str, Any]
    next: list[str] = []


class DeploymentShown(Shown):
    """A deployment as it stands. `generation` is the newest request; `status` is that request's."""

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
    removed: bool
    failure: FailureShown | None = None
    objections: list[ObjectionShown] = []
    operations: list[str]


async def show_deployment(found: Document, world: World, person: Person, texts: Texts) -> DeploymentShown:
    """A deployment's document in the reader's language."""
    generation = newest_generation(found)
    request, wanted, rollout = found["requests"][str(generation)], found["asked"], found["rollout"]
    status = status_of(found, generation)
    app = await world.models.app_by_id(wanted["app"]) or {}
    problem = await problem_of(_as_operation(found, generation), Standing(status, found), world, texts)
    membership = person.membership_of(found["team"])
    removed = request["kind"] == "remove" and status == "succeeded"
    return DeploymentShown(
        id=found["_id"],
        name=wanted["name"],
        version=wanted["version"],
        generation=generation,
        status=status,
        removed=removed,
        app=AppNamed(id=wanted["app"], name=wanted["appName"], title=app.get("title", wanted["appName"])),
        environment=EnvironmentShown.model_validate(
            {k: found["environment"][k] for k in ("name", "cluster", "namespace")}
        ),
        team=TeamShown(id=found["team"], slug=membership.slug if membership else ""),
        revision=rollout.get("revision"),
        since=_since(found, generation),
        address=None if removed else rollout.get("address"),
        replicas=rollout.get("replicas"),
        failure=_as_failure(problem) if problem and status in {"failed", "held", "cancelled"} else None,
        objections=problem.objections if problem else [],
        operations=await world.operations.about(found["_id"]),
    )


def _as_failure(problem: ProblemShown) -> FailureShown:
    return FailureShown(cause=problem.code, **problem.model_dump(by_alias=False, exclude={"code", "objections"}))


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
        request["kind"],
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
