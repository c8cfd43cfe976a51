"""Changing a deployment: upgrade, configure, scale, restart, roll back, and taking back what is under way.

Each becomes a whole request, in `changes`. The answer is an operation, as for a deployment.
"""

from typing import Annotated

from fastapi import APIRouter, Body, Request, Response

from services.gateway.api.asking import Earlier, Key, Prefer, Somebody, TextsOf, WorldOf
from services.gateway.api.changes import (
    Asking,
    DeploymentChange,
    Restart,
    RollBack,
    accept_cancel,
    accept_change,
    accept_restart,
    accept_roll_back,
)
from services.gateway.api.operations import OperationShown, answer

router = APIRouter(tags=["deployments"])
ADDRESS = "/deployments/{deployment_id}"


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
    operation = earlier or await accept_change(wish, Asking(deployment_id, person, request, key), world)
    return await answer(operation, prefer, response, world, texts)


@router.post(f"{ADDRESS}/_restart", status_code=202, operation_id="restartDeployment", summary="Replace every pod")
async def restart_deployment(
    deployment_id: str,
    wish: Annotated[Restart, Body(default_factory=Restart)],
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
    operation = earlier or await accept_restart(wish, Asking(deployment_id, person, request, key), world)
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
    operation = earlier or await accept_roll_back(wish, Asking(deployment_id, person, request, key), world)
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
    operation = earlier or await accept_cancel(Asking(deployment_id, person, request, key), world)
    return await answer(operation, prefer, response, world, texts)
