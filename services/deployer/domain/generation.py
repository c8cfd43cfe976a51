"""One generation of a deployment: whether it still owes its answer, and the events with which it starts and ends.

Pure. Exactly one final event per generation (DESIGN, The owner answers); what a rollout comes to is in rollout.py.
"""

from typing import Any

from contracts.deployments.events import (
    DeploymentCancelled,
    DeploymentClosed,
    DeploymentFailed,
    DeploymentRemoved,
    DeploymentRollbackStarted,
    DeploymentRolledBack,
    DeploymentStarted,
    DeploymentSucceeded,
    ObjectReference,
)
from contracts.deployments.reasons import ClosedOutcome
from services.deployer.domain.deployment import Deployment, Phase, Proven
from services.deployer.domain.health import Failure
from services.deployer.domain.known_request import KnownRequest


def is_open(request: KnownRequest, state: Deployment | None) -> bool:
    """Whether this generation still owes its final event. What is under way does, whatever ended beside it."""
    if state is None or request.generation > state.ended:
        return True
    return state.under_way and request.generation == state.started


def awaits_decision(request: KnownRequest, state: Deployment | None) -> bool:
    """Whether this generation was neither started nor ended."""
    return not request.removal and is_open(request, state) and (state is None or request.generation > state.started)


def may_be_cancelled(generation: int, request: KnownRequest, state: Deployment | None) -> bool:
    """Whether this generation is the newest request, still open, and neither a removal nor on its way back."""
    if request.generation != generation or request.removal or request.cancel is not None:
        return False
    return is_open(request, state) and (state is None or state.phase is not Phase.ROLLING_BACK)


def start(request: KnownRequest, revision: int) -> DeploymentStarted:
    """Begin the next revision with what was asked."""
    return DeploymentStarted(**_subject(request), name=request.name, revision=revision)


def succeed(
    request: KnownRequest, revision: int, replicas: int, address: str | None, objects: tuple[ObjectReference, ...]
) -> DeploymentSucceeded:
    """End a generation whose pods are all ready."""
    return DeploymentSucceeded(
        **_subject(request), revision=revision, replicas=replicas, address=address, objects=objects
    )


def fail(request: KnownRequest, revision: int, failure: Failure) -> DeploymentFailed:
    """End a generation that will not become ready, or that can't be built."""
    return DeploymentFailed(
        **_subject(request), revision=revision, cause=failure.cause, fault=failure.fault, params=failure.params
    )


def close(request: KnownRequest, outcome: ClosedOutcome) -> DeploymentClosed:
    """End a generation without leaving anything of it in the cluster."""
    return DeploymentClosed(**_subject(request), outcome=outcome)


def cancel(request: KnownRequest) -> DeploymentCancelled:
    """Answer a cancel: the request it named was stopped."""
    return DeploymentCancelled(**_subject(request), cancelled=request.generation)


def remove(request: KnownRequest, kept: tuple[ObjectReference, ...] = ()) -> DeploymentRemoved:
    """Tell that nothing is left but the data that was kept."""
    return DeploymentRemoved(**_subject(request), kept=kept)


def roll_back(request: KnownRequest, state: Deployment, to: Proven, failure: Failure) -> DeploymentRollbackStarted:
    """An upgrade failed: what ran before it comes back."""
    return DeploymentRollbackStarted(
        **_subject(request),
        revision=state.revision,
        to_revision=to.revision,
        to_version=to.version,
        cause=failure.cause,
        fault=failure.fault,
        params=failure.params,
    )


def rolled_back(request: KnownRequest, state: Deployment) -> DeploymentRolledBack:
    """What ran before a failed upgrade runs again. Raises ValueError when no rollback was begun."""
    back = state.rollback
    if back is None:
        message = "no rollback was begun"
        raise ValueError(message)
    return DeploymentRolledBack(
        **_subject(request),
        revision=state.revision,
        to_revision=back.to_revision,
        to_version=back.to_version,
        cause=back.cause,
        fault=back.fault,
        params=back.params,
    )


def _subject(request: KnownRequest) -> dict[str, Any]:
    return {
        "deployment": request.deployment,
        "app": request.app,
        "version": request.version,
        "environment": request.environment,
    }
