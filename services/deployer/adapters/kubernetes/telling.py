"""What of an object's change is worth a look at its deployment: counts that its controllers keep up to date are not.

A rollout changes the status of its Deployment and its ReplicaSet a dozen times, and an autoscaler its own for ever;
what an observation is made of changes with few of those. `cache.py` compares what is left here.
"""

from collections.abc import Mapping
from typing import Any

from services.deployer.adapters.kubernetes.kinds import CLAIM, DEPLOYMENT_KIND, POD, Kind
from services.deployer.adapters.kubernetes.trimmed import is_ours
from services.deployer.ports import Object

_WHOLE = (POD, CLAIM)
"""Kinds whose status is read as a whole."""
_TIMES = ("lastUpdateTime", "lastTransitionTime")
_QUIET = {("Progressing", "True")}


def telling(kind: Kind, kept: Object) -> Object:
    """What somebody has to look at when it changes, of an object as it is kept."""
    metadata = {name: value for name, value in kept["metadata"].items() if name != "resourceVersion"}
    if "managedFields" in metadata:
        # Who else has fields shows in ours, from which they took them.
        metadata["managedFields"] = [one for one in metadata["managedFields"] if is_ours(one)]
    found = {name: value for name, value in kept.items() if name != "status"}
    if kind in _WHOLE:
        found["status"] = kept.get("status")
    elif kind == DEPLOYMENT_KIND:
        found["status"] = _of_workload(kept.get("status") or {})
    return {**found, "metadata": metadata}


def _of_workload(status: Mapping[str, Any]) -> Mapping[str, Any]:
    """Whether its controller has looked at the newest wish, and what it says is wrong."""
    conditions = [
        {name: value for name, value in one.items() if name not in _TIMES}
        for one in status.get("conditions") or ()
        if (one.get("type"), one.get("status")) not in _QUIET
    ]
    return {"observedGeneration": status.get("observedGeneration"), "conditions": conditions}
