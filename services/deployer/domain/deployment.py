"""One deployment as the deployer's own events tell it: what runs, which generation ended how, which steps were told.

Folded by the chassis from `deployer.deployments`; the decisions about starting and closing are here, those about a
rollout in rollout.py. Exactly one final event per generation (DESIGN, The owner answers).
"""

from enum import StrEnum
from typing import Any

from contracts.deployments.environment import Environment
from contracts.deployments.events import (
    FINAL,
    DeploymentClosed,
    DeploymentEvent,
    DeploymentFailed,
    DeploymentProgressed,
    DeploymentRemoved,
    DeploymentStarted,
    DeploymentSucceeded,
)
from contracts.deployments.reasons import ClosedOutcome
from contracts.envelope import Event
from contracts.identifiers import AppId, DeploymentId, VersionTag
from contracts.noun import Noun, Time
from services.deployer.domain.known_request import KnownRequest
from services.deployer.domain.step import told_key


class Phase(StrEnum):
    """Where the newest started revision is."""

    NOTHING = "nothing"
    ROLLING_OUT = "rolling-out"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    SUPERSEDED = "superseded"
    REMOVED = "removed"


class Deployment(Noun):
    """`started` is the generation that was started last, `ended` the newest generation that has its final event."""

    deployment: DeploymentId
    app: AppId
    version: VersionTag
    environment: Environment
    phase: Phase = Phase.NOTHING
    name: str | None = None
    revision: int = 0
    started: int = 0
    started_at: Time | None = None
    ended: int = 0
    told: tuple[str, ...] = ()

    @property
    def rolling_out(self) -> bool:
        """Whether a final event of the started revision is still owed."""
        return self.phase is Phase.ROLLING_OUT


def evolve(state: Deployment | None, event: Event[Any]) -> Deployment:
    """The deployment after one of its events."""
    data: DeploymentEvent = event.data
    generation = event.context.generation_number
    now = state or Deployment(
        deployment=data.deployment,
        app=data.app,
        version=data.version,
        environment=data.environment,
    )
    if isinstance(data, DeploymentStarted):
        return now.model_copy(
            update={
                "app": data.app,
                "version": data.version,
                "environment": data.environment,
                "phase": Phase.ROLLING_OUT,
                "name": data.name,
                "revision": data.revision,
                "started": generation,
                "started_at": event.context.time,
                "told": (),
            }
        )
    if isinstance(data, DeploymentProgressed):
        return now.model_copy(update={"told": (*now.told, told_key(data.step, data.params))})
    if isinstance(data, FINAL):
        return now.model_copy(
            update={
                "ended": max(now.ended, generation),
                "phase": _phase_after(now, data, generation),
                "told": (),
            }
        )
    return now


def _phase_after(state: Deployment, final: DeploymentEvent, generation: int) -> Phase:
    match final:
        case DeploymentRemoved():
            return Phase.REMOVED
        case DeploymentSucceeded():
            return Phase.SUCCEEDED
        case DeploymentFailed():
            return Phase.FAILED
        case _:
            return Phase.SUPERSEDED if generation == state.started and state.rolling_out else state.phase


def is_open(request: KnownRequest, state: Deployment | None) -> bool:
    """Whether this generation still owes its final event."""
    return state is None or request.generation > state.ended


def awaits_decision(request: KnownRequest, state: Deployment | None) -> bool:
    """Whether this generation was neither started nor ended."""
    return not request.removal and is_open(request, state) and (state is None or request.generation > state.started)


def start(request: KnownRequest, state: Deployment | None) -> DeploymentStarted:
    """Begin the next revision with what was asked."""
    return DeploymentStarted(
        deployment=request.deployment,
        app=request.app,
        version=request.version,
        environment=request.environment,
        name=request.name,
        revision=(state.revision if state else 0) + 1,
    )


def close(request: KnownRequest, outcome: ClosedOutcome) -> DeploymentClosed:
    """End a generation without touching the cluster for it."""
    return DeploymentClosed(
        deployment=request.deployment,
        app=request.app,
        version=request.version,
        environment=request.environment,
        outcome=outcome,
    )


def remove(request: KnownRequest) -> DeploymentRemoved:
    """Tell that nothing is left."""
    return DeploymentRemoved(
        deployment=request.deployment,
        app=request.app,
        version=request.version,
        environment=request.environment,
    )
