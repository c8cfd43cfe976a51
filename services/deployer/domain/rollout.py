"""A rollout: from what the cluster shows and what was told before, to the steps to tell now and, once certain, the end.

Pure. `follow_rollout` records what comes out, says what the end means, and looks again at `look_again_at`.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from contracts.deployments.events import DeploymentProgressed
from contracts.deployments.reasons import Cause, Step
from services.deployer.domain.deployment import Deployment
from services.deployer.domain.desired import Desired
from services.deployer.domain.doctor.findings import findings
from services.deployer.domain.health import Failure, Finding, Look, Patience
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
class Healthy:
    """As many pods as asked for are ready, and none of before is left."""

    replicas: int


@dataclass(frozen=True, slots=True)
class Next:
    """What to tell now. Once `end` is certain there is nothing to look at again."""

    steps: tuple[DeploymentProgressed, ...]
    end: Healthy | Failure | None
    look_again_at: datetime | None = None


def judge(
    state: Deployment,
    desired: Desired,
    observed: Observation,
    objects: int,
    since: datetime,
    patience: Patience,
    now: datetime,
) -> Next:
    """The new steps in the order in which they happened, and what it came to when that is certain.

    What pods went through before `since` is the story of an earlier generation; patience begins there too.
    """
    happened = _steps(observed, objects, since)
    steps = tuple(_new_steps(state, desired, happened))
    found = list(findings(Look(observed, since, now, patience)))
    steps = (*steps, *_new_warnings(state, desired, found))
    if observed.complete:
        return Next(steps, Healthy(observed.ready))
    certain = next((one.failure for one in found if one.certain), None)
    if certain is not None:
        return Next(steps, certain)
    moments = [one.due for one in found if one.due is not None]
    if observed.next_change_at is not None:
        moments.append(observed.next_change_at)
    return Next((*steps, *_new_troubles(state, desired, found)), None, min(moments))


def progressed(state: Deployment, step: Step, params: dict[str, Value]) -> DeploymentProgressed:
    """One step of what was started last."""
    return DeploymentProgressed(
        deployment=state.deployment,
        app=state.app,
        version=state.version,
        environment=state.environment,
        revision=state.revision,
        step=step,
        params=params,
    )


def _new_steps(
    state: Deployment, desired: Desired, steps: Iterable[tuple[Step, dict[str, Value]]]
) -> Iterator[DeploymentProgressed]:
    told = set(state.told)
    for step, params in steps:
        key = told_key(step, params)
        if key not in told:
            told.add(key)
            yield DeploymentProgressed(**_subject(state, desired), step=step, params=params)


def _new_troubles(state: Deployment, desired: Desired, found: Iterable[Finding]) -> Iterator[DeploymentProgressed]:
    """What may become a failure, the most telling of it and each cause once: whoever watches reads it in time."""
    failure = next((one.failure for one in found if one.seen), None)
    if failure is None or told_key(Step.TROUBLE_SEEN, failure.params, failure.cause) in state.told:
        return
    yield _trouble(state, desired, failure)


def _new_warnings(state: Deployment, desired: Desired, found: Iterable[Finding]) -> Iterator[DeploymentProgressed]:
    """What the cluster warned of, each once, whatever becomes of the rollout."""
    for failure in (one.failure for one in found if one.failure.cause is Cause.API_DEPRECATED):
        if told_key(Step.TROUBLE_SEEN, failure.params, failure.cause) not in state.told:
            yield _trouble(state, desired, failure)


def _trouble(state: Deployment, desired: Desired, failure: Failure) -> DeploymentProgressed:
    return DeploymentProgressed(
        **_subject(state, desired),
        step=Step.TROUBLE_SEEN,
        cause=failure.cause,
        fault=failure.fault,
        params=failure.params,
    )


def _steps(observed: Observation, objects: int, since: datetime) -> Iterator[tuple[Step, dict[str, Value]]]:
    yield Step.OBJECTS_APPLIED, {"objects": objects}
    ready = 0
    for happening in sorted(observed.happened, key=_when):
        counted: dict[str, Value] = {}
        if happening.reason is Reason.READY:
            ready += 1
            counted = {"ready": ready, "wanted": observed.wanted}
        if happening.reason in _STEPS and happening.at >= since:
            yield _STEPS[happening.reason], {"pod": happening.pod, **happening.params, **counted}


def _when(happening: Happening) -> tuple[datetime, str]:
    return happening.at, happening.pod


def _subject(state: Deployment, desired: Desired) -> dict[str, Any]:
    """What is being brought about: the revision that was started, or the one that comes back."""
    built = desired.request
    return {
        "deployment": state.deployment,
        "app": built.app,
        "version": built.version,
        "environment": built.environment,
        "revision": desired.revision or state.revision,
    }
