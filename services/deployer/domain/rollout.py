"""A rollout: from what the cluster shows and what was told before, to the steps to tell now and, once decided, the end.

Pure. `reconcile_deployment` records what comes out and looks again at `look_again_at`.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.deployments.events import (
    DeploymentEvent,
    DeploymentFailed,
    DeploymentProgressed,
    DeploymentSucceeded,
    ObjectReference,
)
from contracts.deployments.reasons import Step
from services.deployer.domain.deployment import Deployment
from services.deployer.domain.health import Failure, Patience, findings
from services.deployer.domain.observed import Happening, Observation, Reason, Value
from services.deployer.domain.step import told_key

_STEPS = {
    Reason.SCHEDULED: Step.POD_SCHEDULED,
    Reason.FAILED_SCHEDULING: Step.POD_UNSCHEDULABLE,
    Reason.PULLING: Step.IMAGE_PULLING,
    Reason.PULLED: Step.IMAGE_PULLED,
    Reason.STARTED: Step.POD_STARTED,
    Reason.RESTARTED: Step.POD_RESTARTED,
    Reason.READY: Step.POD_READY,
}


@dataclass(frozen=True, slots=True)
class Next:
    """What to tell now. `look_again_at` is None once the rollout ended."""

    events: tuple[DeploymentEvent, ...]
    look_again_at: datetime | None


def judge(
    state: Deployment,
    observed: Observation,
    objects: tuple[ObjectReference, ...],
    address: str | None,
    patience: Patience,
    now: datetime,
) -> Next:
    """The new steps in the order in which they happened, and the final event when the outcome is certain."""
    steps = tuple(_new_steps(state, observed, len(objects)))
    if observed.complete:
        final = DeploymentSucceeded(
            **_subject(state),
            replicas=observed.ready,
            address=address,
            objects=objects,
        )
        return Next((*steps, final), None)
    found = list(findings(observed, state.started_at or now, now, patience))
    for finding in found:
        if isinstance(finding, Failure):
            return Next((*steps, failed(state, finding)), None)
    moments = [finding for finding in found if isinstance(finding, datetime)]
    if observed.next_change_at is not None:
        moments.append(observed.next_change_at)
    return Next(steps, min(moments))


def failed(state: Deployment, failure: Failure) -> DeploymentFailed:
    """The final event of a rollout that will not become ready."""
    return DeploymentFailed(**_subject(state), cause=failure.cause, fault=failure.fault, params=failure.params)


def progressed(state: Deployment, step: Step, params: dict[str, Value]) -> DeploymentProgressed:
    """One step on the way."""
    return DeploymentProgressed(**_subject(state), step=step, params=params)


def _new_steps(state: Deployment, observed: Observation, objects: int) -> Iterator[DeploymentProgressed]:
    told = set(state.told)
    ready = 0
    for step, params in _steps(observed, objects):
        if step is Step.POD_READY:
            ready += 1
            params = {**params, "ready": ready, "wanted": observed.wanted}  # noqa: PLW2901 - counted as it is told
        key = told_key(step, params)
        if key not in told:
            told.add(key)
            yield progressed(state, step, params)


def _steps(observed: Observation, objects: int) -> Iterator[tuple[Step, dict[str, Value]]]:
    yield Step.OBJECTS_APPLIED, {"objects": objects}
    for happening in sorted(observed.happened, key=_when):
        step = _STEPS.get(happening.reason)
        if step is not None:
            yield step, {"pod": happening.pod, **happening.params}


def _when(happening: Happening) -> tuple[datetime, str]:
    return happening.at, happening.pod


def _subject(state: Deployment) -> dict[str, Any]:
    return {
        "deployment": state.deployment,
        "app": state.app,
        "version": state.version,
        "environment": state.environment,
        "revision": state.revision,
    }
