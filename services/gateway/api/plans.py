"""What a request would do, asked before it is made: nothing is stored, nothing is changed.

The request is checked as one that is made, and then the deployer is asked (`chassis.asking`), which rehearses it on the
cluster. Before it: `deployments` and `changes`, which build whole requests. After it: `appstore plan`.
"""

from functools import partial
from typing import Any

from fastapi import APIRouter, Request

from chassis.ledger import new_id
from contracts.deployments.questions import DeploymentPlanAsked, Plan, PlannedObject, Trouble
from contracts.deployments.requests import DeploymentRequested
from services.gateway.accept.change import as_it_would_be
from services.gateway.accept.name_claim import under_its_name
from services.gateway.accept.submit import Asked
from services.gateway.api.asking import Somebody, TextsOf, WorldOf, asked
from services.gateway.api.change_wishes import DeploymentChange
from services.gateway.api.changes import change_wished
from services.gateway.api.deployments import DeploymentWish, find_deployment, request_wished
from services.gateway.api.operations import ProblemShown, failure_of
from services.gateway.api.problems import Problem
from services.gateway.api.shapes import Shown
from services.gateway.identity.permissions import Permission
from services.gateway.locales.texts import Texts
from services.gateway.ports import World
from services.gateway.readmodels.deployment import is_gone, newest_whole

router = APIRouter(tags=["deployments"])

WAIT_SECONDS = 8.0
"""How long a plan may take: the cluster answers within two, or is in trouble."""


class FieldShown(Shown):
    """One field that would be otherwise; `hidden` when its values are a secret's."""

    path: str
    before: str | None
    after: str | None
    hidden: bool


class ObjectShown(Shown):
    """One object. `asked` is false where the cluster could not be asked, because the namespace is not there yet."""

    kind: str
    name: str
    namespace: str | None
    change: str
    fields: list[FieldShown]
    more: int
    asked: bool
    trouble: ProblemShown | None
    manifest: dict[str, Any] | None


class ResourceShown(Shown):
    """What it takes of one resource now and then; `used` and `limit` of the namespace's quota, and what that lacks."""

    resource: str
    before: str
    after: str
    used: str | None
    limit: str | None
    missing: str | None


class PlanShown(Shown):
    """What would happen, to which `deployment` when one has the name. Whether compliance approves is no part of it."""

    deployment: str | None
    app: str
    name: str
    environment: str
    namespace: str
    intent: str
    version: str
    revision: int
    would_work: bool
    namespace_is_new: bool
    objects: list[ObjectShown]
    resources: list[ResourceShown]
    warnings: list[str]
    trouble: ProblemShown | None


@router.post("/deployments/_plan", operation_id="planDeployment", summary="What a deployment would do")
async def plan_deployment(
    wish: DeploymentWish, request: Request, world: WorldOf, person: Somebody, texts: TextsOf
) -> PlanShown:
    """Show the objects, what they take and what stands in the way of a deployment; nothing is asked."""
    wanted, _, team = await request_wished(wish, person, world)
    payload = await world.performer.perform(partial(under_its_name, wish=wanted, models=world.models))
    plan = await _ask(payload, asked(request, person, team, None), world)
    known = payload.deployment if payload.deployment != wanted.deployment else None
    return _shown(plan, payload, texts, deployment=known)


@router.post("/deployments/{deployment_id}/_plan", operation_id="planChange", summary="What a change would do")
async def plan_change(
    deployment_id: str, wish: DeploymentChange, request: Request, world: WorldOf, person: Somebody, texts: TextsOf
) -> PlanShown:
    """Show what a change would do to what runs, field by field; nothing is asked."""
    found, team = await find_deployment(deployment_id, person, Permission.DEPLOY, world)
    if is_gone(found):
        raise Problem("already-removed", deployment=deployment_id)
    change, _ = await change_wished(wish, found, world)
    seen = DeploymentRequested.model_validate(newest_whole(found))

    payload = await world.performer.perform(partial(as_it_would_be, wish=seen, change=change, found=found))
    plan = await _ask(payload, asked(request, person, team, None), world)
    return _shown(plan, payload, texts, deployment=deployment_id)


async def _ask(payload: DeploymentRequested, made: Asked, world: World) -> Plan:
    question = DeploymentPlanAsked(question=new_id(), deadline=world.asker.until(WAIT_SECONDS), request=payload)
    plan: Plan = await world.asker.ask(question, made.lineage(question.question))
    return plan


def _shown(plan: Plan, payload: DeploymentRequested, texts: Texts, deployment: str | None) -> PlanShown:
    values = {"app": payload.app_name, "version": payload.version}

    def told(trouble: Trouble | None) -> ProblemShown | None:
        return failure_of(trouble.model_dump(mode="json"), values, texts) if trouble is not None else None

    def an_object(one: PlannedObject) -> ObjectShown:
        plain = one.model_dump(mode="json", by_alias=False, exclude={"trouble"})
        return ObjectShown(**plain, trouble=told(one.trouble))

    return PlanShown(
        deployment=deployment,
        app=payload.app_name,
        name=payload.name,
        environment=payload.environment.name,
        namespace=payload.environment.namespace,
        intent=payload.intent.value,
        version=plan.version,
        revision=plan.revision,
        would_work=plan.would_work,
        namespace_is_new=plan.namespace_is_new,
        objects=[an_object(one) for one in plan.objects],
        resources=[ResourceShown(**one.model_dump(by_alias=False)) for one in plan.resources],
        warnings=list(plan.warnings),
        trouble=told(plan.trouble),
    )
