"""Drift: objects of a deployment that somebody changed or deleted by hand, as the deployer tells it.

| # | message | by | then |
|---|---|---|---|
| 1 | DriftDetected | deployer | it puts back what was declared, at once or after a wait, or only tells |
| 2 | DriftHealed | deployer | all is as declared again, whoever did it |

Each drift is told once, and again only when more drifts. Neither belongs to the answer to a request: no operation waits
for them. `drift_after` is what both the deployer and the gateway make of these events.
"""

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import Field, StringConstraints

from contracts.deployments.events import (
    DeploymentEvent,
    DeploymentRemoved,
    DeploymentRolledBack,
    DeploymentSucceeded,
    ObjectReference,
)
from contracts.noun import Noun, Time

MOST_OBJECTS = 20
MOST_FIELDS = 16
"""In one event, over all its objects: with the lengths below it stays under the 64 KB of a message."""
COUNTED = timedelta(hours=1)
MOST_COUNTED = 20


class Reaction(StrEnum):
    """What the deployer does about a drift."""

    HEALS = "heals"
    """It puts back what was declared, at once."""
    HEALS_LATER = "heals-later"
    """Somebody keeps changing it: it is put back after a wait that grows."""
    REPORTS = "reports"
    """Nothing: the operator set that drift is only told."""


class HealedBy(StrEnum):
    """Who made it as declared again."""

    PLATFORM = "platform"
    SOMEBODY_ELSE = "somebody-else"


class DriftedField(Noun):
    """One field that differs. `hidden`: it is a Secret's value, of which only that is told."""

    path: Annotated[str, StringConstraints(max_length=200)]
    declared: Annotated[str, StringConstraints(max_length=120)] | None = None
    found: Annotated[str, StringConstraints(max_length=120)] | None = None
    hidden: bool = False


class DriftedObject(Noun):
    """One object that is not as declared: deleted, or with fields that differ.

    `manager` and `at` are whose field manager wrote such a field last and when, as far as the cluster tells: what was
    taken away has no manager.
    """

    kind: Annotated[str, StringConstraints(max_length=63)]
    name: Annotated[str, StringConstraints(max_length=253)]
    deleted: bool = False
    fields: Annotated[tuple[DriftedField, ...], Field(max_length=MOST_FIELDS)] = ()
    manager: Annotated[str, StringConstraints(max_length=128)] | None = None
    at: Time | None = None


class DriftDetected(DeploymentEvent):
    """Objects are not as declared, and it was not the platform that changed them.

    `drifted` is what was not told before, `more` counts the objects and fields that did not fit. `times` is how often
    drift of this deployment was found in the last hour, this time included; `heals_at` when it is put back.
    """

    revision: Annotated[int, Field(ge=0)]
    drifted: Annotated[tuple[DriftedObject, ...], Field(min_length=1, max_length=MOST_OBJECTS)]
    more: Annotated[int, Field(ge=0)] = 0
    reaction: Reaction
    times: Annotated[int, Field(ge=1)] = 1
    heals_at: Time | None = None


class DriftHealed(DeploymentEvent):
    """All is as declared again. `objects` are those that were not."""

    revision: Annotated[int, Field(ge=0)]
    healed_by: HealedBy
    objects: Annotated[tuple[ObjectReference, ...], Field(max_length=MOST_OBJECTS)] = ()


class Drift(Noun):
    """The drift that lasts: since when, what was told of it, and when it is put back if it is."""

    since: Time
    told_at: Time
    drifted: tuple[DriftedObject, ...]
    reaction: Reaction
    times: int = 1
    heals_at: Time | None = None


def drift_after(before: Drift | None, told: DeploymentEvent, at: datetime) -> Drift | None:
    """The drift that lasts after one more event, which was recorded `at`; None when all is as declared."""
    match told:
        case DriftDetected():
            return Drift(
                since=before.since if before is not None else at,
                told_at=at,
                drifted=_merged(before.drifted if before is not None else (), told.drifted),
                reaction=told.reaction,
                times=told.times,
                heals_at=told.heals_at,
            )
        case DriftHealed() | DeploymentSucceeded() | DeploymentRolledBack() | DeploymentRemoved():
            # A rollout that got to its end has written everything as declared.
            return None
    return before


def times_after(before: tuple[datetime, ...], told: DeploymentEvent, at: datetime) -> tuple[datetime, ...]:
    """When drift was found, as far as it counts still."""
    if isinstance(told, DriftDetected):
        return (*(one for one in before if at - one < COUNTED), at)[-MOST_COUNTED:]
    return () if isinstance(told, DeploymentRemoved) else before


def _merged(before: tuple[DriftedObject, ...], new: tuple[DriftedObject, ...]) -> tuple[DriftedObject, ...]:
    """What was told of each object, its newest last; of one object the fields of both."""
    found = {(one.kind, one.name): one for one in before}
    for one in new:
        known = found.pop((one.kind, one.name), None)
        fields = {field.path: field for field in (*(known.fields if known is not None else ()), *one.fields)}
        found[one.kind, one.name] = one.model_copy(update={"fields": tuple(fields.values())[-MOST_FIELDS:]})
    return tuple(found.values())[-MOST_OBJECTS:]
