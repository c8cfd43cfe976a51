"""Changing a deployment: upgrade, configure, scale, restart, roll back, and taking back what is under way.

Each becomes a whole request in `accept/change.py`. The answer is an operation, as for a deployment.
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Request, Response
from pydantic import ConfigDict, Field

from contracts.apps.spec import AppSpec, EnvValue
from contracts.deployments.environment import Environment
from contracts.deployments.requests import DeploymentCancelRequested, DeploymentRequested, Intent
from contracts.identifiers import DnsLabel, VersionTag
from services.gateway.accept.cancel import cancel_once
from services.gateway.accept.change import Change, changed
from services.gateway.accept.operation import Operation
from services.gateway.accept.sealing import NewSecrets, sealed
from services.gateway.accept.submit import About, Asked, submit
from services.gateway.api.apps import find_version
from services.gateway.api.asking import Earlier, Key, Prefer, Somebody, TextsOf, WorldOf, asked
from services.gateway.api.deployments import Replicas, find_deployment
from services.gateway.api.operations import OperationShown, answer
from services.gateway.api.parameters import known_only, must_fit
from services.gateway.api.problems import Problem
from services.gateway.api.secrets_given import ChangedSecrets, secrets_given
from services.gateway.api.shapes import Taken
from services.gateway.identity.permissions import Permission
from services.gateway.ports import World
from services.gateway.readmodels.deployment import is_gone, newest_whole
from services.gateway.readmodels.revision import revision_before, revisions_of

router = APIRouter(tags=["deployments"])
Document = dict[str, Any]
Edit = Callable[[DeploymentRequested], DeploymentRequested]
ADDRESS = "/deployments/{deployment_id}"


class DeploymentChange(Taken):
    """What shall be otherwise; what is not named stays. A parameter that is null goes back to the version's default."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"version": "1.19.0"},
                {"parameters": {"log-level": "debug", "workers": None}},
                {"replicas": 3},
            ]
        }
    )

    version: Annotated[VersionTag | None, Field(description="The version to go to")] = None
    parameters: Annotated[
        dict[DnsLabel, EnvValue | None],
        Field(max_length=32, description="Settings by name, each a text; null for the version's own value"),
    ] = {}
    secrets: ChangedSecrets = {}
    replicas: Annotated[Replicas | None, Field(description="Pods; null leaves their number to the version")] = None

    def applied_to(self, base: DeploymentRequested, ids: Mapping[str, str]) -> DeploymentRequested:
        """The whole request with this change; `ids` are those of the secrets that were given."""
        taken_back = {name for name, value in self.secrets.items() if value is None}
        secrets = {name: one for name, one in {**base.secrets, **ids}.items() if name not in taken_back}
        merged = {name: value for name, value in {**base.parameters, **self.parameters}.items() if value is not None}
        replicas = self.replicas if "replicas" in self.model_fields_set else base.replicas
        return base.model_copy(
            update={
                "version": self.version or base.version,
                "parameters": merged,
                "secrets": secrets,
                "replicas": replicas,
            }
        )


class RollBack(Taken):
    """Where to go back to; without a revision the last one that was healthy before what runs."""

    model_config = ConfigDict(json_schema_extra={"examples": [{"revision": 1}, {}]})

    revision: Annotated[int, Field(ge=1)] | None = None


@router.patch(ADDRESS, status_code=202, operation_id="changeDeployment", summary="Upgrade, configure or scale")
async def change_deployment(
    deployment_id: str,
    wish: DeploymentChange,
    request: Request,
    response: Response,
    world: WorldOf,
    person: Somebody,
    texts: TextsOf,
    key: Key,
    earlier: Earlier,
    prefer: Prefer = None,
) -> OperationShown:
    """Accept a change; what is not named stays as it is asked now. What is asked already answers 409."""
    if earlier is not None:
        return await answer(earlier, prefer, response, world, texts)
    found, team = await find_deployment(deployment_id, person, Permission.DEPLOY, world)
    app = await _app_of(found, world)
    if wish.version is not None:
        _must_be_deployable(app, wish.version)

    values = {name: value for name, value in wish.secrets.items() if value is not None}
    given = await secrets_given(values, Environment.model_validate(found["environment"]), world)

    def edit(base: DeploymentRequested) -> DeploymentRequested:
        upgrade = wish.version is not None and wish.version != base.version
        kept = known_only(base, _spec_of(app, wish.version)) if upgrade else base
        return wish.applied_to(kept, given.ids if given else {})

    made = asked(request, person, team, key)
    operation = await _submit(found, app, made, edit, None, world, given)
    return await answer(operation, prefer, response, world, texts)


@router.post(f"{ADDRESS}/_restart", status_code=202, operation_id="restartDeployment", summary="Replace every pod")
async def restart_deployment(
    deployment_id: str,
    request: Request,
    response: Response,
    world: WorldOf,
    person: Somebody,
    texts: TextsOf,
    key: Key,
    earlier: Earlier,
    prefer: Prefer = None,
) -> OperationShown:
    """Accept a restart: pods that started before now are replaced one after another."""
    if earlier is not None:
        return await answer(earlier, prefer, response, world, texts)
    found, team = await find_deployment(deployment_id, person, Permission.DEPLOY, world)
    now = world.clock.now()

    def edit(base: DeploymentRequested) -> DeploymentRequested:
        return base.model_copy(update={"restarted_at": now})

    made = asked(request, person, team, key)
    operation = await _submit(found, await _app_of(found, world), made, edit, Intent.RESTART, world)
    return await answer(operation, prefer, response, world, texts)


@router.post(f"{ADDRESS}/_roll-back", status_code=202, operation_id="rollBackDeployment", summary="Go back")
async def roll_back_deployment(
    deployment_id: str,
    wish: RollBack,
    request: Request,
    response: Response,
    world: WorldOf,
    person: Somebody,
    texts: TextsOf,
    key: Key,
    earlier: Earlier,
    prefer: Prefer = None,
) -> OperationShown:
    """Accept going back: what an earlier revision had becomes a new revision."""
    if earlier is not None:
        return await answer(earlier, prefer, response, world, texts)
    found, team = await find_deployment(deployment_id, person, Permission.DEPLOY, world)
    app, target = await _app_of(found, world), _revision(found, wish.revision)
    _must_be_deployable(app, target["request"]["version"])
    earlier_wish = DeploymentRequested.model_validate(target["request"])
    repeated = ("version", "parameters", "secrets", "replicas", "restarted_at")

    def edit(base: DeploymentRequested) -> DeploymentRequested:
        return base.model_copy(
            update={"revision": target["revision"], **{name: getattr(earlier_wish, name) for name in repeated}}
        )

    made = asked(request, person, team, key)
    operation = await _submit(found, app, made, edit, Intent.ROLL_BACK, world)
    return await answer(operation, prefer, response, world, texts)


@router.post(
    f"{ADDRESS}/_cancel", status_code=202, operation_id="cancelDeployment", summary="Take back what is under way"
)
async def cancel_deployment(
    deployment_id: str,
    request: Request,
    response: Response,
    world: WorldOf,
    person: Somebody,
    texts: TextsOf,
    key: Key,
    earlier: Earlier,
    prefer: Prefer = None,
) -> OperationShown:
    """Accept taking back the newest request, if it did not end; what ran before it goes on."""
    if earlier is not None:
        return await answer(earlier, prefer, response, world, texts)
    found, team = await find_deployment(deployment_id, person, Permission.DEPLOY, world)
    payload = DeploymentCancelRequested(
        deployment=deployment_id,
        environment=Environment.model_validate(found["environment"]),
        decide_by=_decide_by(world),
        cancels=1,
    )
    about = About("cancel", found["asked"]["app"], found["asked"]["appName"], found["asked"]["version"])
    once = partial(cancel_once, found=found, models=world.models)
    operation = await submit(payload, about, asked(request, person, team, key), world.performer, once)
    return await answer(operation, prefer, response, world, texts)


async def _submit(
    found: Document,
    app: Document,
    made: Asked,
    edit: Edit,
    intent: Intent | None,
    world: World,
    given: NewSecrets | None = None,
) -> Operation:
    if is_gone(found):
        raise Problem("already-removed", deployment=found["_id"])

    def check(wanted: DeploymentRequested) -> None:
        must_fit(wanted, _spec_of(app, wanted.version))

    change = partial(changed, change=Change(edit, check, _decide_by(world), intent), found=found)
    seen = DeploymentRequested.model_validate(newest_whole(found))
    return await submit(seen, about, made, world.performer, sealed(change, given, world.secret_accepted))


def about(wanted: DeploymentRequested) -> About:
    """What the operation of a whole request is about: its kind is what somebody wants."""
    return About(wanted.intent.value, wanted.app, wanted.app_name, wanted.version)


async def _app_of(found: Document, world: World) -> Document:
    app = await world.models.app_by_id(found["asked"]["app"])
    if app is None:
        raise Problem("unknown-app", app=found["asked"]["appName"])
    return app


def _must_be_deployable(app: Document, version: str) -> None:
    if app["withdrawn"]:
        raise Problem("app-withdrawn", app=app["name"])
    find_version(app, version)


def _spec_of(app: Document, version: str | None) -> AppSpec:
    """What a version declares, also when it was withdrawn: what runs of it goes on and may be changed."""
    spec = next((one["spec"] for one in app["versions"] if one["version"] == version), None)
    if spec is None:
        raise Problem("unknown-version", app=app["name"], version=version or "-", known="-")
    return AppSpec.model_validate(spec)


def _revision(found: Document, number: int | None) -> Document:
    revisions = {one["revision"]: one for one in revisions_of(found)}
    wanted = revision_before(found) if number is None else number
    if wanted not in revisions:
        known = ", ".join(map(str, sorted(revisions))) or "-"
        raise Problem("unknown-revision", revision=str(number or "-"), known=known)
    return revisions[wanted]


def _decide_by(world: World) -> datetime:
    return world.clock.now() + timedelta(seconds=world.settings.decide_seconds)
