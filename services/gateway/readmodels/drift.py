"""What a deployment's drift is to people: the entry of its timeline, and what lasts beside its rollout.

`timeline.py` and `deployment.py` ask for the parts that only events of drift have.
"""

from typing import Any

from contracts.deployments.drift import Drift, DriftDetected, DriftedObject, DriftHealed, drift_after
from contracts.deployments.events import DeploymentEvent
from contracts.envelope import Event

Document = dict[str, Any]


def told_of(data: object) -> Document:
    """What a sentence about drift needs: which one, and in short what changed."""
    match data:
        case DriftDetected():
            kind = "deleted" if all(one.deleted for one in data.drifted) else "changed"
            params = {"changed": _in_short(data), "times": data.times}
            return {"outcome": f"{kind}-{data.reaction}", "params": params}
        case DriftHealed():
            return {"outcome": data.healed_by.value}
    return {}


def lasting(rollout: Document, event: Event[DeploymentEvent]) -> Document:
    """The drift that lasts after this event, as a part of the rollout; nothing where there never was any."""
    before = rollout.get("drift")
    after = drift_after(Drift.model_validate(before) if before else None, event.data, event.context.time)
    if after is None and "drift" not in rollout:
        return {}
    return {"drift": after.model_dump(mode="json") if after is not None else None}


def _in_short(data: DriftDetected) -> str:
    """The first object with its first field; how many more there are; and who did it, when the cluster knows."""
    first = next((one for one in data.drifted if not one.deleted), data.drifted[0])
    more = len(data.drifted) - 1
    said = f"{first.kind} {first.name}{_field(first)}"
    return said + (f" (+{more})" if more else "") + (f", {first.manager}" if first.manager else "")


def _field(one: DriftedObject) -> str:
    if not one.fields:
        return ""
    field = one.fields[0]
    values = "" if field.hidden else f" {field.declared or '-'} → {field.found or '-'}"
    others = f" (+{len(one.fields) - 1})" if len(one.fields) > 1 else ""
    return f" {field.path}{values}{others}"
