"""Which claims get storage: by the class they name, and as far as the capacity goes, the oldest first. Pure.

Simulated: nothing is stored. Sentences are those of Kubernetes' volume controller and its external provisioners.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from services.deployer.adapters.sandbox.cluster_file import Storage
from services.deployer.adapters.sandbox.quantities import kibibytes
from services.deployer.domain.observed import Claim

Place = tuple[str, str]
"""Namespace and name."""
PENDING, BOUND = "Pending", "Bound"


def claims_of(objects: Iterable[Mapping[str, Any]], storage: Storage | None) -> dict[Place, Claim]:
    """Every PersistentVolumeClaim among the objects, bound or waiting."""
    found, given = {}, 0
    for one in sorted(objects, key=lambda one: (one["metadata"]["creationTimestamp"], one["metadata"]["name"])):
        metadata, size = one["metadata"], one["spec"]["resources"]["requests"]["storage"]
        why = _obstacle(one["spec"].get("storageClassName"), given + kibibytes(size), storage)
        given += 0 if why else kibibytes(size)
        since = datetime.fromisoformat(metadata["creationTimestamp"])
        place = metadata["namespace"], metadata["name"]
        found[place] = Claim(metadata["name"], size, PENDING if why else BOUND, since, why)
    return found


def _obstacle(named: str | None, needed: int, storage: Storage | None) -> str:
    if storage is None:
        return ""
    name = storage.default if named is None else named
    if name is None:
        return "no persistent volumes available for this claim and no storage class is set"
    if name not in storage.classes:
        return f'storageclass.storage.k8s.io "{name}" not found'
    if storage.capacity is not None and needed > kibibytes(storage.capacity):
        return f'failed to provision volume with StorageClass "{name}": not enough free capacity of {storage.capacity}'
    return ""
