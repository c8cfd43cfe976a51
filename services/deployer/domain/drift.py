"""Drift of a deployment: what to tell of it, when to put it back, and that it is over. Pure.

`heal_drift` brings what a cluster found beside what was told before. Told is what was not told yet, so the same drift
makes one event however often it is looked at. Somebody who keeps changing what is put back gets a wait that grows:
two that will not give way would otherwise write for ever.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from contracts.deployments.drift import (
    COUNTED,
    MOST_COUNTED,
    MOST_FIELDS,
    MOST_OBJECTS,
    Drift,
    DriftDetected,
    DriftedField,
    DriftedObject,
    DriftHealed,
    HealedBy,
    Reaction,
)
from contracts.deployments.events import ObjectReference
from services.deployer.domain.deployment import Deployment
from services.deployer.domain.desired import Desired
from services.deployer.domain.difference import Difference, cut
from services.deployer.domain.manifest.inventory import is_list

AT_ONCE = 3
"""Drifts in an hour that are put back at once; from the next on somebody keeps changing it."""
FIRST_WAIT = timedelta(seconds=10)
LONGEST_WAIT = timedelta(minutes=10)
_LONGEST_MANAGER = 128


class DriftPolicy(StrEnum):
    """What the operator wants done about drift."""

    HEAL = "heal"
    REPORT = "report"


@dataclass(frozen=True, slots=True)
class Drifted:
    """One object that a cluster has otherwise than it was applied.

    `secret`: of what differs nothing but the path is told. `manager` and `at`: who wrote such a field last, and when.
    """

    kind: str
    name: str
    deleted: bool = False
    differences: tuple[Difference, ...] = ()
    secret: bool = False
    manager: str | None = None
    at: datetime | None = None

    @property
    def told(self) -> DriftedObject:
        """As it stands in an event, whole."""
        return DriftedObject(
            kind=self.kind,
            name=self.name,
            deleted=self.deleted,
            fields=tuple(_field(one, secret=self.secret) for one in self.differences[:MOST_FIELDS]),
            manager=cut(self.manager, _LONGEST_MANAGER) if self.manager else None,
            at=self.at,
        )


def detected(
    state: Deployment, desired: Desired, found: Sequence[Drifted], policy: DriftPolicy, now: datetime
) -> DriftDetected | None:
    """What to tell now; None when it was told."""
    new, more = _bounded(list(_not_told([one.told for one in found], state, now)))
    if not new:
        return None
    more += sum(max(len(one.differences) - MOST_FIELDS, 0) for one in found)
    times = 1 + _lately(state, now)
    heals_at = state.drift.heals_at if state.drift is not None else None
    if policy is DriftPolicy.HEAL and heals_at is None:
        heals_at = now + _wait(times)
    reaction = Reaction.HEALS if times <= AT_ONCE else Reaction.HEALS_LATER
    return DriftDetected(
        **_subject(state, desired),
        drifted=new,
        more=more,
        reaction=reaction if policy is DriftPolicy.HEAL else Reaction.REPORTS,
        times=times,
        heals_at=heals_at if policy is DriftPolicy.HEAL else None,
    )


def healed(state: Deployment, desired: Desired, drift: Drift, by: HealedBy) -> DriftHealed:
    """Tell that all is as declared again."""
    objects = tuple(ObjectReference(kind=one.kind, name=one.name) for one in drift.drifted)
    return DriftHealed(**_subject(state, desired), healed_by=by, objects=objects)


def healed_by(drift: Drift, now: datetime) -> HealedBy:
    """Who did what was found healed: the platform, when it was its turn; it may have been stopped before it told so."""
    its_turn = drift.heals_at is not None and now >= drift.heals_at
    return HealedBy.PLATFORM if its_turn else HealedBy.SOMEBODY_ELSE


def _not_told(found: Iterable[DriftedObject], state: Deployment, now: datetime) -> Iterator[DriftedObject]:
    """The objects and fields that are new. Another value of a told field is new too, as long as that stays rare."""
    known = {(one.kind, one.name): one for one in state.drift.drifted} if state.drift is not None else {}
    values_count = _lately(state, now) < MOST_COUNTED
    list_is_gone = any(one.deleted and is_list(one.kind) for one in known.values())
    for one in found:
        before = known.get((one.kind, one.name))
        told = {field.path: field.found for field in before.fields} if before is not None else {}
        fields = tuple(
            field
            for field in one.fields
            if field.path not in told or (values_count and not field.hidden and told[field.path] != field.found)
        )
        gone = one.deleted and not (before is not None and before.deleted) and not list_is_gone
        if gone or fields:
            yield one.model_copy(update={"fields": fields})


def _bounded(objects: Sequence[DriftedObject]) -> tuple[tuple[DriftedObject, ...], int]:
    """As much as one event takes, and how many objects and fields that leaves out."""
    told: list[DriftedObject] = []
    room = MOST_FIELDS
    for one in objects[:MOST_OBJECTS]:
        if one.deleted or room:
            told.append(one.model_copy(update={"fields": one.fields[:room]}))
            room -= len(told[-1].fields)
    left = sum(len(one.fields) for one in objects) - (MOST_FIELDS - room)
    return tuple(told), left + sum(one.deleted for one in objects[MOST_OBJECTS:])


def _lately(state: Deployment, now: datetime) -> int:
    return sum(now - one < COUNTED for one in state.drift_times)


def _wait(times: int) -> timedelta:
    if times <= AT_ONCE:
        return timedelta(0)
    doublings = min(times - AT_ONCE - 1, 30)
    return min(FIRST_WAIT * (1 << doublings), LONGEST_WAIT)


def _field(one: Difference, *, secret: bool) -> DriftedField:
    path, declared, found = one.told
    return DriftedField(path=path, hidden=True) if secret else DriftedField(path=path, declared=declared, found=found)


def _subject(state: Deployment, desired: Desired) -> dict[str, Any]:
    """What should run, and is not as it should."""
    built = desired.request
    return {
        "deployment": state.deployment,
        "app": built.app,
        "version": built.version,
        "environment": built.environment,
        "revision": desired.revision or state.revision,
    }
