"""What is kept of an object in the cache: what somebody reads, and no more, since there are tens of thousands.

Of an object we write all but the other field managers' lists; of pods and ReplicaSets what an observation is made of.
"""

import hashlib
from typing import Any

import orjson

from services.deployer.domain.manifest.labels import MANAGER
from services.deployer.ports import Object

_POD_METADATA = ("name", "namespace", "uid", "resourceVersion", "creationTimestamp", "deletionTimestamp", "labels")
_CONTAINER = ("name", "image", "readinessProbe", "startupProbe", "resources")


def written(found: Object) -> Object:
    """An object that we may have written: the field managers besides us are known by name alone."""
    metadata = dict(found["metadata"])
    metadata["managedFields"] = [
        one if is_ours(one) else {"manager": one.get("manager"), "operation": one.get("operation")}
        for one in metadata.get("managedFields") or ()
    ]
    return {**found, "metadata": metadata}


def is_ours(entry: dict[str, Any]) -> bool:
    """Whether this entry of `managedFields` lists what we applied."""
    return entry.get("manager") == MANAGER and entry.get("operation") == "Apply" and not entry.get("subresource")


def workload(found: Object) -> Object:
    """A Deployment: of its status what its controller has seen and concluded, not how many pods it counts just now."""
    status = found.get("status") or {}
    conditions = [
        {name: value for name, value in one.items() if name != "lastUpdateTime"}
        for one in status.get("conditions") or ()
    ]
    return {
        **written(found),
        "status": {"observedGeneration": status.get("observedGeneration", 0), "conditions": conditions},
    }


def replica_set(found: Object) -> Object:
    """A ReplicaSet: whose it is, and how many pods of which template it wants."""
    spec = found.get("spec", {})
    return {
        "metadata": _metadata(found, "ownerReferences"),
        "spec": {"replicas": spec.get("replicas", 0), "template": template_mark(spec.get("template", {}))},
    }


def template_mark(template: Object) -> str:
    """The same for two pod templates that say the same; the controller's own label does not count."""
    metadata = dict(template.get("metadata") or {})
    metadata["labels"] = {
        name: value for name, value in (metadata.get("labels") or {}).items() if name != "pod-template-hash"
    }
    said = orjson.dumps({**template, "metadata": metadata}, option=orjson.OPT_SORT_KEYS)
    return hashlib.sha256(said).hexdigest()


def pod(found: Object) -> Object:
    """A pod: whose it is, where it runs and how it fares."""
    spec = found.get("spec", {})
    containers = [{name: one[name] for name in _CONTAINER if name in one} for one in spec.get("containers", ())]
    return {
        "metadata": _metadata(found, "ownerReferences"),
        "spec": {"nodeName": spec.get("nodeName"), "containers": containers},
        "status": found.get("status", {}),
    }


def owners_of(found: Object) -> set[str]:
    """The uids of an object's owners."""
    return {str(owner["uid"]) for owner in found["metadata"].get("ownerReferences") or ()}


def _metadata(found: Object, *more: str) -> dict[str, Any]:
    metadata = found["metadata"]
    return {name: metadata[name] for name in (*_POD_METADATA, *more) if name in metadata}
