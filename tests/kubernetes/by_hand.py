"""A deployment that somebody made by hand beside ours, in the same namespace: it must stay exactly as it is."""

from dataclasses import dataclass
from typing import Any

from services.deployer.adapters.kubernetes.connection import Connection
from tests.kubernetes.cluster_client import deployment

_ROOTS = {"Deployment": "/apis/apps/v1", "ConfigMap": "/api/v1", "Service": "/api/v1"}


@dataclass(frozen=True)
class ByHand:
    """The objects as they were made: `written` is what no controller changes of them."""

    admin: Connection
    namespace: str
    made: dict[str, Any]

    async def now(self) -> dict[str, Any]:
        """The same, as they are now."""
        return {
            kind: written(await self.admin.request("GET", _path(kind, self.namespace, "by-hand"))) for kind in _ROOTS
        }


async def make_by_hand(admin: Connection, namespace: str) -> ByHand:
    """Plain API calls, as kubectl makes them, in a namespace that is there."""
    objects: list[dict[str, Any]] = [
        deployment("by-hand", replicas=1),
        {"kind": "ConfigMap", "metadata": {"name": "by-hand"}, "data": {"key": "value"}},
        {"kind": "Service", "metadata": {"name": "by-hand"}, "spec": {"ports": [{"port": 80}]}},
    ]
    made = {}
    for one in objects:
        kind = one["kind"]
        made[kind] = written(await admin.request("POST", _path(kind, namespace), None, one))
    return ByHand(admin, namespace, made)


def written(found: dict[str, Any]) -> dict[str, Any]:
    """What changes only when somebody writes the object; a Deployment's version also does with its status."""
    metadata = found["metadata"]
    kept = {
        name: metadata.get(name) for name in ("uid", "generation", "labels", "ownerReferences", "creationTimestamp")
    }
    version = metadata["resourceVersion"] if found["kind"] != "Deployment" else None
    return {"metadata": kept, "version": version, "spec": found.get("spec"), "data": found.get("data")}


def _path(kind: str, namespace: str, name: str | None = None) -> str:
    path = f"{_ROOTS[kind]}/namespaces/{namespace}/{kind.lower()}s"
    return f"{path}/{name}" if name else path
