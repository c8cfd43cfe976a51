"""How a deployment that succeeded fares afterwards, as the deployer tells it, and what the cluster warned of.

| # | message | by | then |
|---|---|---|---|
| 1 | DeploymentDegraded | deployer | fewer pods are available than should be, for longer than a restart takes |
| 2 | DeploymentRecovered | deployer | all are there again, and stayed for a while |

Each change is told once, and again only when another cause became certain. Neither belongs to the answer to a request:
no operation waits for them. `health_after` and `warnings_after` are what the deployer and the gateway both make of it.
"""

from datetime import datetime
from typing import Annotated

from pydantic import Field

from contracts.compliance.verdict import Params
from contracts.deployments.events import (
    DeploymentEvent,
    DeploymentProgressed,
    DeploymentRemoved,
    DeploymentRollbackStarted,
    DeploymentRolledBack,
    DeploymentStarted,
    DeploymentSucceeded,
)
from contracts.deployments.reasons import Cause, Fault
from contracts.noun import Noun, Time

MOST_WARNINGS = 10


class DeploymentDegraded(DeploymentEvent):
    """What succeeded is not healthy now. The cause, its evidence, and whose turn it is; `since` when it is so."""

    revision: Annotated[int, Field(ge=0)]
    cause: Cause
    fault: Fault
    params: Params = {}
    since: Time


class DeploymentRecovered(DeploymentEvent):
    """It is healthy again. `since` is when the last pod became ready."""

    revision: Annotated[int, Field(ge=0)]
    since: Time


class Degraded(Noun):
    """What is wrong now with a deployment that succeeded: since when, and when that was told last."""

    cause: Cause
    fault: Fault
    params: Params = Field(default_factory=dict)
    since: Time
    told_at: Time


class Warned(Noun):
    """Something that works today and will not for ever: the cause, its evidence, and whose turn it is."""

    cause: Cause
    fault: Fault
    params: Params = Field(default_factory=dict)


def health_after(before: Degraded | None, told: DeploymentEvent, at: datetime) -> Degraded | None:
    """What is wrong after one more event, which was recorded `at`; a rollout has its own story."""
    match told:
        case DeploymentDegraded():
            return Degraded(cause=told.cause, fault=told.fault, params=told.params, since=told.since, told_at=at)
        case DeploymentRecovered() | DeploymentStarted() | DeploymentRollbackStarted():
            return None
        case DeploymentSucceeded() | DeploymentRolledBack() | DeploymentRemoved():
            return None
    return before


def warnings_after(before: tuple[Warned, ...], told: DeploymentEvent) -> tuple[Warned, ...]:
    """What was warned of since the newest rollout began."""
    match told:
        case DeploymentStarted() | DeploymentRollbackStarted() | DeploymentRemoved():
            return ()
        case DeploymentProgressed(cause=Cause.API_DEPRECATED as cause, fault=Fault() as fault):
            warned = Warned(cause=cause, fault=fault, params=told.params)
            return (*(one for one in before if one != warned), warned)[-MOST_WARNINGS:]
    return before
