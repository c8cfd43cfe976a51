"""What a deployment takes of CPU, memory, GPUs and storage, before and after, and what its quota says of that. Pure.

Counted as a ResourceQuota counts: each pod's requests and limits times the pods asked for, and every claim. While pods
are replaced one by one there is one more for a moment.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from contracts.deployments.questions import ResourceUse
from services.deployer.domain.quantity import amount, written
from services.deployer.domain.rehearsal import Object, Rehearsal

_NONE = Decimal()
_SHORT = {"cpu": "requests.cpu", "memory": "requests.memory"}
"""A quota may name these without the prefix."""
_ORDER = ("pods", "requests.cpu", "limits.cpu", "requests.memory", "limits.memory")

Amounts = Mapping[str, Decimal]


def takings(rehearsal: Rehearsal) -> tuple[ResourceUse, ...]:
    """Each resource that is or would be taken, with the tightest quota on it."""
    before = _taken(one.before for one in rehearsal.objects if one.before is not None)
    after = _taken(one.after for one in rehearsal.objects)
    hard, used = _quota(rehearsal)
    return tuple(
        _use(resource, before.get(resource, _NONE), after.get(resource, _NONE), hard, used)
        for resource in sorted({*before, *after}, key=_place)
        if before.get(resource) or after.get(resource)
    )


def _use(resource: str, before: Decimal, after: Decimal, hard: Amounts, used: Amounts) -> ResourceUse:
    told = ResourceUse(resource=resource, before=written(resource, before), after=written(resource, after))
    if resource not in hard:
        return told
    there = used.get(resource, _NONE)
    over = there - before + after - hard[resource]
    return told.model_copy(
        update={
            "used": written(resource, there),
            "limit": written(resource, hard[resource]),
            "missing": written(resource, over) if over > 0 and after > before else None,
        }
    )


def _taken(objects: Iterable[Object]) -> Amounts:
    found: dict[str, Decimal] = defaultdict(Decimal)
    for one in objects:
        if one["kind"] == "Deployment":
            _add_pods(found, one["spec"])
        elif one["kind"] == "PersistentVolumeClaim":
            found["requests.storage"] += amount(str(one["spec"]["resources"]["requests"]["storage"]))
    return found


def _add_pods(found: dict[str, Decimal], spec: Mapping[str, Any]) -> None:
    pods = int(spec.get("replicas", 1))
    found["pods"] += pods
    for container in spec["template"]["spec"]["containers"]:
        for kind in ("requests", "limits"):
            for resource, quantity in (container.get("resources", {}).get(kind) or {}).items():
                found[f"{kind}.{resource}"] += amount(str(quantity)) * pods


def _quota(rehearsal: Rehearsal) -> tuple[Amounts, Amounts]:
    """The limits as they would be and what is used of each; the smallest limit where there are several."""
    wanted = {one.after["metadata"]["name"]: one.after for one in rehearsal.objects if _is_quota(one.after)}
    there = {one["metadata"]["name"]: one for one in rehearsal.quotas}
    hard: dict[str, Decimal] = {}
    used: dict[str, Decimal] = {}
    for name, quota in {**there, **wanted}.items():
        counted = there.get(name, quota).get("status", {}).get("used") or {}
        for resource, limit in (quota["spec"].get("hard") or {}).items():
            called, most = _SHORT.get(resource, resource), amount(str(limit))
            if called not in hard or most < hard[called]:
                hard[called], used[called] = most, amount(str(counted.get(resource, "0")))
    return hard, used


def _is_quota(one: Object) -> bool:
    return bool(one["kind"] == "ResourceQuota")


def _place(resource: str) -> tuple[int, str]:
    return (_ORDER.index(resource) if resource in _ORDER else len(_ORDER), resource)
