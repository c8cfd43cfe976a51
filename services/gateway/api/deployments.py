"""Deployments: ask for one, look at one, take one away. Only for the team that owns it."""

from functools import partial
from typing import Annotated, Any

from fastapi import APIRouter, Query
from pydantic import ConfigDict, Field, ValidationError

from chassis.ledger import new_id
from contracts.apps.spec import AppSpec
from contracts.apps.values import EnvValue
from contracts.deployments.environment import Environment
from contracts.deployments.requests import DeploymentRemovalRequested, DeploymentRequested
from contracts.identifiers import AppName, DnsLabel, SourceName, VersionTag
from services.gateway.accept.name_claim import claim_name
from services.gateway.accept.removal import removal_once
from services.gateway.accept.sealing import NewSecrets, sealed
from services.gateway.accept.submit import About, submit
from services.gateway.api.accepting import Accepting
from services.gateway.api.apps import find_app, find_version
from services.gateway.api.asking import (
    Somebody,
    TextsOf,
    WorldOf,
    in_team,
    team_named,
    teams_read,
)
from services.gateway.api.deadline import DecideWithin, decide_by
from services.gateway.api.deployment_shown import DeploymentShown, show_deployment
from services.gateway.api.operations import OperationShown
from services.gateway.api.parameters import must_fit
from services.gateway.api.problems import Problem
from services.gateway.api.secrets_given import GivenSecrets, secrets_given
from services.gateway.api.shapes import Shown, Taken
from services.gateway.api.with_data import WithData, must_be_named
from services.gateway.identity.permissions import Permission
from services.gateway.identity.person import Person
from services.gateway.identity.team import Team
from services.gateway.ports import World
from services.gateway.readmodels.deployment import is_gone, kept_data

router = APIRouter(tags=["deployments"])
Document = dict[str, Any]
Replicas = Annotated[int, Field(ge=0, le=20)]


class DeploymentWish(Taken):
    """What somebody wants to deploy. Without a version the newest; without a name the app's; else its defaults."""

    model_config = ConfigDict(
        json_schema_extra={
            "examples": [
                {"app": "qdrant", "environment": "test"},
                {
                    "app": "qdrant",
                    "version": "1.19.0",
                    "name": "papers",
                    "parameters": {"log-level": "info"},
                    "replicas": 2,
                    "decideWithin": 30,
                },
            ]
        }
    )

    app: AppName
    version: VersionTag | None = None
    environment: DnsLabel = "test"
    team: Annotated[str | None, Field(max_length=63)] = None
    name: AppName | None = None
    parameters: Annotated[dict[DnsLabel, EnvValue], Field(max_length=32)] = {}
    secrets: GivenSecrets = {}
    replicas: Replicas | None = None
    declared_by: SourceName | None = None
    decide_within: DecideWithin = None


class DeploymentList(Shown):
    """Deployments, newest first."""

    items: list[DeploymentShown]
    next: str | None = None


@router.post("/deployments", status_code=202, operation_id="requestDeployment", summary="Ask for a deployment")
async def request_deployment(
    wish: DeploymentWish,
    accepting: Accepting,
) -> OperationShown:
    """Accept a deployment for a team; compliance decides, the deployer rolls out. The answer is an operation."""
    if accepting.earlier is not None:
        return await accepting.answer(accepting.earlier)
    world = accepting.world
    payload, given, team = await request_wished(wish, accepting.person, world)
    about = About("deploy", payload.app, payload.app_name, payload.version)
    prepare = sealed(partial(claim_name, models=world.models), given, world.secret_accepted)
    operation = await submit(payload, about, accepting.asked(team), world.performer, prepare)
    return await accepting.answer(operation)


@router.get("/deployments", operation_id="listDeployments", summary="Deployments of your teams")
async def list_deployments(
    world: WorldOf,
    person: Somebody,
    texts: TextsOf,
    team: Annotated[str | None, Query(max_length=63)] = None,
    open_only: Annotated[bool, Query(alias="open")] = False,  # noqa: FBT002 - a query parameter
) -> DeploymentList:
    """Newest first; with `open=true` those that are not removed."""
    teams = teams_read(person)
    if team is not None:
        teams = [in_team(person, Permission.READ_DEPLOYMENTS, team_named(person, team)).place.id]
    shown = [await show_deployment(found, world, person, texts) for found in await world.models.deployments(teams)]
    return DeploymentList(items=[one for one in shown if not (open_only and one.removed)])


@router.get("/deployments/{deployment_id}", operation_id="getDeployment", summary="One deployment")
async def get_deployment(deployment_id: str, world: WorldOf, person: Somebody, texts: TextsOf) -> DeploymentShown:
    """How it stands, and why."""
    found, _ = await find_deployment(deployment_id, person, Permission.READ_DEPLOYMENTS, world)
    return await show_deployment(found, world, person, texts)


@router.delete(
    "/deployments/{deployment_id}", status_code=202, operation_id="removeDeployment", summary="Take a deployment away"
)
async def remove_deployment(
    deployment_id: str,
    accepting: Accepting,
    with_data: WithData = None,
) -> OperationShown:
    """Accept the removal; the deployer takes every object away but the data. The answer is an operation.

    With `withData`, which repeats the deployment's name, the data volumes go too: nobody gets them back. What was
    removed and left data takes that alone.
    """
    if accepting.earlier is not None:
        return await accepting.answer(accepting.earlier)
    person, world = accepting.person, accepting.world
    found, team = await find_deployment(deployment_id, person, Permission.REMOVE, world)
    wish = accepting.asked(team)
    must_be_named(with_data, found["asked"]["name"])
    if is_gone(found) and not (with_data and kept_data(found)):
        raise Problem("already-removed", deployment=deployment_id)
    payload = DeploymentRemovalRequested(
        deployment=deployment_id,
        environment=Environment.model_validate(found["environment"]),
        decide_by=decide_by(world),
        with_data=with_data is not None,
    )
    about = About("remove", found["asked"]["app"], found["asked"]["appName"], found["asked"]["version"])
    once = partial(removal_once, found=found, models=world.models)
    operation = await submit(payload, about, wish, world.performer, once)
    return await accepting.answer(operation)


async def request_wished(
    wish: DeploymentWish, person: Person, world: World
) -> tuple[DeploymentRequested, NewSecrets | None, Team]:
    """The whole request of a wish, the secrets that were given with it, and for which team. Raises what refuses it."""
    team = in_team(person, Permission.DEPLOY, team_named(person, wish.team)).place
    app = await find_app(wish.app, world.models)
    if app["withdrawn"]:
        raise Problem("app-withdrawn", app=wish.app)
    version = find_version(app, wish.version)
    environment = await _environment(wish.environment, team, world)
    given = await secrets_given(wish.secrets, environment, world)
    payload = DeploymentRequested(
        deployment=new_id(),
        environment=environment,
        app=app["id"],
        app_name=wish.app,
        version=version["version"],
        name=wish.name or wish.app,
        parameters=wish.parameters,
        secrets=dict(given.ids) if given else {},
        replicas=wish.replicas,
        declared_by=wish.declared_by,
        decide_by=decide_by(world, wish.decide_within),
    )
    must_fit(payload, AppSpec.model_validate(version["spec"]))
    return payload, given, team


async def find_deployment(
    deployment: str, person: Person, permission: Permission, world: World
) -> tuple[Document, Team]:
    """A deployment and its team, when this person may. Raises unknown-deployment, other-team, not-allowed."""
    found = await world.models.deployment(deployment)
    if found is None or "team" not in found:
        raise Problem("unknown-deployment", deployment=deployment)
    return found, in_team(person, permission, found["team"]).place


async def _environment(name: str, team: Team, world: World) -> Environment:
    clusters = await world.models.clusters()
    if not clusters:
        raise Problem("no-cluster")
    missing: str | None = None
    for cluster in clusters:
        if name in cluster["environments"]:
            place = _place_of(team, name, cluster["cluster"])
            if cluster.get("namespaces") is None or place.namespace in cluster["namespaces"]:
                return place
            missing = place.namespace
    if missing is not None:
        raise Problem("no-namespace", namespace=missing)
    known = ", ".join(sorted({environment for cluster in clusters for environment in cluster["environments"]}))
    raise Problem("unknown-environment", environment=name, known=known)


def _place_of(team: Team, name: str, cluster: str) -> Environment:
    """A team's place in a cluster. Raises team-name-unfit when the team's name makes no namespace."""
    try:
        return Environment(name=name, team=team.id, cluster=cluster, namespace=f"{team.slug}-{name}")
    except ValidationError as error:
        raise Problem("team-name-unfit", team=team.slug) from error
