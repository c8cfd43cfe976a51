"""The plan that somebody reads, made of what a cluster said in a rehearsal. Pure.

Secrets' values are in none of it: of a Secret only the names of its values are told, and which would change.
Where somebody wrote one into another object it is hidden, and so it is in what the cluster says.
"""

from collections.abc import Collection, Iterator, Mapping
from typing import Any

from contracts.deployments.questions import (
    MOST_FIELDS,
    MOST_OBJECTS,
    Change,
    Plan,
    PlannedField,
    PlannedObject,
    Trouble,
)
from services.deployer.domain.desired import Desired
from services.deployer.domain.difference import LONGEST_VALUE, Difference, cut, differences
from services.deployer.domain.doctor.refused_object import refused_object
from services.deployer.domain.health import Failure
from services.deployer.domain.hidden import hidden
from services.deployer.domain.manifest.labels import GENERATION
from services.deployer.domain.rehearsal import Object, Rehearsal, Rehearsed
from services.deployer.domain.takings import takings

SECRET = "Secret"  # noqa: S105 - a kind of object
_OF_THE_SERVER = frozenset(
    ("uid", "resourceVersion", "generation", "creationTimestamp", "managedFields", "ownerReferences", "selfLink")
)
_BOOKKEEPING = frozenset(("appstore.nl/applied", GENERATION, "deployment.kubernetes.io/revision"))
"""Which request an object was applied for, and what the controller counts: always another one, nothing to decide on."""


def foreseen(desired: Desired, before: Desired | None, rehearsal: Rehearsal, refusal: Failure | None = None) -> Plan:
    """What would happen; `before` is what should run now, `refusal` why the Secret could not be built."""
    changed_secrets = _changed_secrets(desired, before)
    objects = [_planned(one, changed_secrets) for one in rehearsal.objects]
    objects += [_removed(one) for one in rehearsal.removed]
    return Plan(
        revision=desired.revision,
        version=desired.request.version,
        objects=tuple(objects[:MOST_OBJECTS]),
        resources=takings(rehearsal),
        warnings=rehearsal.warnings,
        trouble=trouble_of(refusal) if refusal is not None else None,
        namespace_is_new=any(not one.asked for one in rehearsal.objects),
    )


def not_buildable(number: int, version: str, failure: Failure) -> Plan:
    """The plan of what can't be built at all."""
    return Plan(revision=number, version=version, trouble=trouble_of(failure))


def without_secrets(plan: Plan, values: Collection[str]) -> Plan:
    """The plan with a mark for each of these values, wherever somebody or the cluster wrote them."""
    return plan.model_copy(
        update={
            "objects": tuple(_object_without(one, values) for one in plan.objects),
            "warnings": tuple(hidden(one, values) for one in plan.warnings),
            "trouble": _trouble_without(plan.trouble, values),
        }
    )


def trouble_of(failure: Failure) -> Trouble:
    """A failure as it is told before it happened."""
    params = {name: value for name, value in failure.params.items() if value is not None}
    return Trouble(cause=failure.cause, fault=failure.fault, params=params)


def _object_without(one: PlannedObject, values: Collection[str]) -> PlannedObject:
    fields = tuple(
        field.model_copy(update={"before": _short(field.before, values), "after": _short(field.after, values)})
        for field in one.fields
    )
    return one.model_copy(update={"fields": fields, "trouble": _trouble_without(one.trouble, values)})


def _short(text: str | None, values: Collection[str]) -> str | None:
    return None if text is None else cut(hidden(text, values), LONGEST_VALUE)


def _trouble_without(trouble: Trouble | None, values: Collection[str]) -> Trouble | None:
    if trouble is None:
        return None
    params = {name: hidden(told, values) if isinstance(told, str) else told for name, told in trouble.params.items()}
    return trouble.model_copy(update={"params": params})


def _planned(one: Rehearsed, changed_secrets: frozenset[str]) -> PlannedObject:
    fields = list(_fields(one, changed_secrets)) if one.before is not None else []
    metadata, objection = one.wanted["metadata"], one.objection
    failure = (
        refused_object(one.wanted["kind"], metadata["name"], objection.field, objection.message)
        if objection is not None
        else None
    )
    change = Change.NEW if one.before is None else Change.CHANGED if fields else Change.UNCHANGED
    return PlannedObject(
        kind=one.wanted["kind"],
        name=metadata["name"],
        namespace=metadata.get("namespace"),
        change=change,
        fields=tuple(fields[:MOST_FIELDS]),
        more=max(len(fields) - MOST_FIELDS, 0),
        asked=one.asked,
        trouble=trouble_of(failure) if failure is not None else None,
        manifest=_told(one.wanted),
    )


def _removed(found: Object) -> PlannedObject:
    metadata = found["metadata"]
    return PlannedObject(
        kind=found["kind"], name=metadata["name"], namespace=metadata.get("namespace"), change=Change.REMOVED
    )


def _fields(one: Rehearsed, changed_secrets: frozenset[str]) -> Iterator[PlannedField]:
    before = one.before or {}
    if one.wanted["kind"] == SECRET:
        yield from _of_secret(one.after.get("data") or {}, before.get("data") or {}, changed_secrets)
        return
    for found in differences(_comparable(one.after), _comparable(before), whole=True):
        yield _field(found)


def _of_secret(after: Mapping[str, Any], before: Mapping[str, Any], changed: frozenset[str]) -> Iterator[PlannedField]:
    for name in sorted({*after, *before}):
        if name in changed or (name in after) != (name in before):
            yield PlannedField(path=f".data.{name}", hidden=True)


def _field(found: Difference) -> PlannedField:
    path, after, before = found.told
    return PlannedField(path=path, before=before, after=after)


def _comparable(found: Object) -> Object:
    """An object without what only the server writes, and without what changes with every request."""
    metadata = {name: value for name, value in found["metadata"].items() if name not in _OF_THE_SERVER}
    for part in ("annotations", "labels"):
        kept = {name: value for name, value in (metadata.get(part) or {}).items() if name not in _BOOKKEEPING}
        metadata[part] = kept
    return {**{name: value for name, value in found.items() if name != "status"}, "metadata": metadata}


def _told(wanted: Object) -> dict[str, Any]:
    if wanted["kind"] != SECRET:
        return dict(wanted)
    return {**wanted, "data": dict.fromkeys(wanted.get("data") or {}, "")}


def _changed_secrets(desired: Desired, before: Desired | None) -> frozenset[str]:
    now, then = desired.request.secrets, before.request.secrets if before is not None else {}
    return frozenset(name for name in {*now, *then} if now.get(name) != then.get(name))
