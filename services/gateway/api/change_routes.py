"""Changing a deployment: upgrade, configure, scale, restart, roll back, pause, resume, and taking back a change.

Each becomes a whole request, in `changes`. The answer is an operation, as for a deployment.
"""

from typing import Annotated

from fastapi import APIRouter, Body

from services.gateway.api.accepting import Accepted, Accepting
from services.gateway.api.change_wishes import DeploymentChange, DeploymentDeclared, Pause, Restart, Resume, RollBack
from services.gateway.api.changes import (
    Asking,
    accept_cancel,
    accept_change,
    accept_declared,
    accept_pause,
    accept_restart,
    accept_resume,
    accept_roll_back,
)
from services.gateway.api.operations import OperationShown

router = APIRouter(tags=["deployments"])
ADDRESS = "/deployments/{deployment_id}"


@router.patch(ADDRESS, status_code=202, operation_id="changeDeployment", summary="Upgrade, configure or scale")
async def change_deployment(
    deployment_id: str,
    wish: DeploymentChange,
    accepting: Accepting,
) -> OperationShown:
    """Accept a change; what is not named stays as it is asked now. What is asked already answers 409."""
    operation = accepting.earlier or await accept_change(wish, _about(deployment_id, accepting), accepting.world)
    return await accepting.answer(operation)


@router.put(ADDRESS, status_code=202, operation_id="declareDeployment", summary="Say what it shall be, whole")
async def declare_deployment(
    deployment_id: str,
    wish: DeploymentDeclared,
    accepting: Accepting,
) -> OperationShown:
    """Accept all of what a deployment shall be; what is asked already answers 409, unless it ended badly."""
    operation = accepting.earlier or await accept_declared(wish, _about(deployment_id, accepting), accepting.world)
    return await accepting.answer(operation)


@router.post(f"{ADDRESS}/_restart", status_code=202, operation_id="restartDeployment", summary="Replace every pod")
async def restart_deployment(
    deployment_id: str,
    wish: Annotated[Restart, Body(default_factory=Restart)],
    accepting: Accepting,
) -> OperationShown:
    """Accept a restart: pods that started before now are replaced one after another."""
    operation = accepting.earlier or await accept_restart(wish, _about(deployment_id, accepting), accepting.world)
    return await accepting.answer(operation)


@router.post(f"{ADDRESS}/_pause", status_code=202, operation_id="pauseDeployment", summary="Let it stand still")
async def pause_deployment(
    deployment_id: str,
    _wish: Annotated[Pause, Body(default_factory=Pause)],
    accepting: Accepting,
) -> OperationShown:
    """Accept a pause: no pods, while data, address and settings stay. No policy stands in the way of it.

    What is asked meanwhile is kept and counts once it is resumed; a restart answers 409.
    """
    operation = accepting.earlier or await accept_pause(_about(deployment_id, accepting), accepting.world)
    return await accepting.answer(operation)


@router.post(f"{ADDRESS}/_resume", status_code=202, operation_id="resumeDeployment", summary="Let it run again")
async def resume_deployment(
    deployment_id: str,
    wish: Annotated[Resume, Body(default_factory=Resume)],
    accepting: Accepting,
) -> OperationShown:
    """Accept that it runs again, as it was asked; compliance decides, as for a restart."""
    operation = accepting.earlier or await accept_resume(wish, _about(deployment_id, accepting), accepting.world)
    return await accepting.answer(operation)


@router.post(f"{ADDRESS}/_roll-back", status_code=202, operation_id="rollBackDeployment", summary="Go back")
async def roll_back_deployment(
    deployment_id: str,
    wish: RollBack,
    accepting: Accepting,
) -> OperationShown:
    """Accept going back: what an earlier revision had becomes a new revision."""
    operation = accepting.earlier or await accept_roll_back(wish, _about(deployment_id, accepting), accepting.world)
    return await accepting.answer(operation)


@router.post(
    f"{ADDRESS}/_cancel", status_code=202, operation_id="cancelDeployment", summary="Take back what is under way"
)
async def cancel_deployment(
    deployment_id: str,
    accepting: Accepting,
) -> OperationShown:
    """Accept taking back the newest request, if it did not end; what ran before it goes on."""
    operation = accepting.earlier or await accept_cancel(_about(deployment_id, accepting), accepting.world)
    return await accepting.answer(operation)


def _about(deployment: str, accepting: Accepted) -> Asking:
    return Asking(deployment, accepting.person, accepting.request, accepting.key)
