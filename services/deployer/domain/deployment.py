"""One deployment as the deployer's own events tell it: what runs, which generation ended how, which steps were told.

Folded by the chassis from `deployer.deployments`. The decisions about one generation are in generation.py, those about
a rollout in rollout.py.
"""

from enum import StrEnum
from typing import Any, Self

from pydantic import Field, model_validator

from contracts.compliance.verdict import Params
from contracts.deployments.drift import Drift, drift_after, times_after
from contracts.deployments.environment import Environment
from contracts.deployments.events import (
    FINAL,
    DeploymentCancelled,
    DeploymentClosed,
    DeploymentEvent,
    DeploymentFailed,
    DeploymentProgressed,
    DeploymentRemoved,
    DeploymentRollbackStarted,
    DeploymentRolledBack,
    DeploymentStarted,
    DeploymentSucceeded,
    ObjectReference,
)
from contracts.deployments.health import Degraded, health_after
from contracts.deployments.quarantine import Quarantine, Quarantined, quarantine_after
from contracts.deployments.reasons import Cause, ClosedOutcome, Fault, Step
from contracts.envelope import Event
from contracts.identifiers import AppId, DeploymentId, VersionTag
from contracts.noun import Noun, Time
from services.deployer.domain.step import told_key


class Phase(StrEnum):
    """Where the newest started revision is."""

    NOTHING = "nothing"
    ROLLING_OUT = "rolling-out"
    ROLLING_BACK = "rolling-back"
    SUCCEEDED = "succeeded"
    FAILED = "failed"
    ROLLED_BACK = "rolled-back"
    CANCELLED = "cancelled"
    SUPERSEDED = "superseded"
    REMOVED = "removed"


class Proven(Noun):
    """The revision that succeeded last: what a failed upgrade goes back to."""

    revision: int
    version: VersionTag


class Rollback(Noun):
    """Where a failed upgrade goes back to, since when, and why."""

    to_revision: int
    to_version: VersionTag
    since: Time
    cause: Cause
    fault: Fault
    params: Params = Field(default_factory=dict)


class Deployment(Noun):
    """`started` is the generation that was started last, `ended` the newest that has its final event.

    A cancel is no generation of its own here: it ends, and `ended` stays with what can be built or removed.
    """

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
    applied: int | None = None
    """The revision whose objects were all applied, and none of another since."""
    proven: Proven | None = None
    rollback: Rollback | None = None
    quarantine: Quarantine = ()
    """Versions that failed here and are wanted by nobody until somebody names them again."""
    drift: Drift | None = None
    """What somebody changed by hand and is not as declared yet."""
    drift_times: tuple[Time, ...] = ()
    """When drift was found, in the hour before the last time."""

    degraded: Degraded | None = None
    """What is wrong with it now, although it succeeded."""

    kept: tuple[ObjectReference, ...] = ()
    """Data volumes that the last removal left."""

    @model_validator(mode="before")
    @classmethod
    def _read_earlier_release(cls, stored: Any) -> Any:
        """A state of before rollbacks says which revision is proven only by its phase."""
        if isinstance(stored, dict) and "proven" not in stored and stored.get("phase") == Phase.SUCCEEDED:
            return {**stored, "proven": {"revision": stored["revision"], "version": stored["version"]}}
        return stored

    @property
    def under_way(self) -> bool:
        """Whether a final event of the started revision is still owed."""
        return self.phase in (Phase.ROLLING_OUT, Phase.ROLLING_BACK)

    @property
    def since(self) -> Time | None:
        """When the cluster was last asked for something else: patience with it begins there."""
        return self.rollback.since if self.rollback is not None else self.started_at

    def quarantined(self, version: str) -> Quarantined | None:
        """What is known of a version that failed here; None when it may run."""
        return next((one for one in self.quarantine if one.version == version), None)

    def but(self, **changes: Any) -> Self:
        """The same with other values."""
        return self.model_copy(update=changes)


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
    at = event.context.time
    now = now.but(
        quarantine=quarantine_after(now.quarantine, data, at),
        drift=drift_after(now.drift, data, at),
        drift_times=times_after(now.drift_times, data, at),
        degraded=health_after(now.degraded, data, at),
    )
    match data:
        case DeploymentStarted():
            return _started(now, data, generation, event.context.time)
        case DeploymentProgressed():
            applied = data.revision if data.step is Step.OBJECTS_APPLIED else now.applied
            return now.but(told=(*now.told, told_key(data.step, data.params, data.cause)), applied=applied)
        case DeploymentRollbackStarted():
            back = Rollback(since=event.context.time, **data.model_dump(include=_OF_ROLLBACK))
            return now.but(phase=Phase.ROLLING_BACK, rollback=back, told=(), applied=None)
        case DeploymentCancelled() | DeploymentClosed(outcome=ClosedOutcome.TOO_LATE):
            return now
    return _ended(now, data, generation) if isinstance(data, FINAL) else now


_OF_ROLLBACK = {"to_revision", "to_version", "cause", "fault", "params"}


def _started(state: Deployment, data: DeploymentStarted, generation: int, at: Time) -> Deployment:
    return state.but(
        app=data.app,
        version=data.version,
        environment=data.environment,
        phase=Phase.ROLLING_OUT,
        name=data.name,
        revision=data.revision,
        started=generation,
        started_at=at,
        told=(),
        applied=None,
        rollback=None,
    )


def _ended(state: Deployment, data: DeploymentEvent, generation: int) -> Deployment:
    ended = state.but(ended=max(state.ended, generation), told=(), rollback=None)
    of_started = generation == state.started
    match data:
        case DeploymentRemoved():
            return ended.but(phase=Phase.REMOVED, proven=None, applied=None, kept=data.kept)
        case DeploymentSucceeded():
            proven = Proven(revision=data.revision, version=data.version)
            return ended.but(phase=Phase.SUCCEEDED, proven=proven, applied=data.revision)
        case DeploymentRolledBack():
            return ended.but(phase=Phase.ROLLED_BACK, version=data.to_version, applied=data.to_revision)
        case DeploymentFailed():
            phase = Phase.FAILED if of_started else state.phase
            return ended.but(phase=phase, revision=max(state.revision, data.revision))
        case DeploymentClosed() if of_started and state.under_way:
            cancelled = data.outcome is ClosedOutcome.CANCELLED
            return ended.but(phase=Phase.CANCELLED if cancelled else Phase.SUPERSEDED)
    return ended
