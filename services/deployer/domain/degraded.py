"""Whether a deployment that succeeded is still healthy, and what to tell when that changed. Pure.

`watch_health` records what comes out. A short lack of pods is no news, and neither is a short recovery: told is what
lasts, once, and once more when another cause became certain.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from contracts.deployments.events import DeploymentEvent
from contracts.deployments.health import DeploymentDegraded, DeploymentRecovered
from services.deployer.domain.deployment import Deployment
from services.deployer.domain.desired import Desired
from services.deployer.domain.doctor.findings import findings
from services.deployer.domain.doctor.pods_unavailable import pods_unavailable
from services.deployer.domain.health import Failure, Look, Patience
from services.deployer.domain.observed import Observation, Reason


@dataclass(frozen=True, slots=True)
class News:
    """What to tell now, and when to look again although nothing changes; neither when all is well and known to be."""

    told: DeploymentEvent | None = None
    look_again_at: datetime | None = None


def news(state: Deployment, desired: Desired, observed: Observation, patience: Patience, now: datetime) -> News:
    """What changed in the health of what succeeded."""
    since = observed.unavailable_since
    if since is None:
        return _well(state, desired, observed, patience, now)
    due = since + timedelta(seconds=patience.degraded_seconds)
    if now < due:
        return News(look_again_at=due)
    look = Look(observed, since, now, patience)
    found, certain = _why(look)
    if state.degraded is not None:
        again = state.degraded.told_at + timedelta(seconds=patience.recovered_seconds)
        if not certain or found.cause is state.degraded.cause:
            return News(look_again_at=_next(look, now) if not certain else None)
        if now < again:
            return News(look_again_at=again)
    told = DeploymentDegraded(
        **_subject(state, desired), cause=found.cause, fault=found.fault, params=found.params, since=since
    )
    return News(told, _next(look, now) if not certain else None)


def _well(state: Deployment, desired: Desired, observed: Observation, patience: Patience, now: datetime) -> News:
    if state.degraded is None:
        return News()
    ready = (one.at for one in observed.happened if one.reason is Reason.READY)
    since = max(ready, default=state.degraded.since)
    due = since + timedelta(seconds=patience.recovered_seconds)
    if now < due:
        return News(look_again_at=due)
    return News(DeploymentRecovered(**_subject(state, desired), since=since))


def _why(look: Look) -> tuple[Failure, bool]:
    """The most telling finding, and whether it is certain; that pods are lacking always is one."""
    found = list(findings(look))
    certain = next((one.failure for one in found if one.certain and one.seen), None)
    if certain is not None:
        return certain, True
    seen = next((one.failure for one in found if one.seen), None)
    return seen or next(pods_unavailable(look)).failure, False


def _next(look: Look, now: datetime) -> datetime | None:
    """When what is seen becomes certain, if time alone does that."""
    return min((one.due for one in findings(look) if one.due is not None and one.due > now), default=None)


def _subject(state: Deployment, desired: Desired) -> dict[str, Any]:
    built = desired.request
    return {
        "deployment": state.deployment,
        "app": built.app,
        "version": built.version,
        "environment": built.environment,
        "revision": desired.revision or state.revision,
    }
