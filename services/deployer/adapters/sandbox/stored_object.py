"""What is asked of an object in the store: where it stands, whose it is, and what was applied of it."""

from collections.abc import Iterable, Mapping
from typing import Any

from services.deployer.domain.manifest.labels import DEPLOYMENT, TEAM
from services.deployer.ports import Object

Place = tuple[str, str, str]
"""Kind, namespace (empty for what belongs to none) and name."""

_OWN_METADATA = ("uid", "resourceVersion", "creationTimestamp", "generation", "managedFields")
"""What the API server adds."""


def place_of(manifest: Mapping[str, Any]) -> Place:
    """Where an object stands."""
    metadata = manifest["metadata"]
    return str(manifest["kind"]), str(metadata.get("namespace", "")), str(metadata["name"])


def owner_of(manifest: Mapping[str, Any]) -> tuple[str | None, str | None]:
    """The deployment and the team an object belongs to."""
    labels = manifest["metadata"].get("labels", {})
    return labels.get(DEPLOYMENT), labels.get(TEAM)


def as_applied(found: Object | None) -> Object | None:
    """An object as it was applied."""
    if found is None:
        return None
    metadata = {name: value for name, value in found["metadata"].items() if name not in _OWN_METADATA}
    return {**found, "metadata": metadata}


def as_built(manifest: Object) -> Object:
    """A manifest before the inventory owned it."""
    added = ("ownerReferences", "uid")
    return {**manifest, "metadata": {name: one for name, one in manifest["metadata"].items() if name not in added}}


def without_owner(found: Object | None) -> Object | None:
    """An object as it was built, before the inventory owned it."""
    applied = as_applied(found)
    if applied is None:
        return None
    metadata = {name: value for name, value in applied["metadata"].items() if name != "ownerReferences"}
    return {**applied, "metadata": metadata}


def node_object(name: str, images: Iterable[str]) -> Object:
    """A node with the images that are on it, as its status lists them."""
    return {
        "apiVersion": "v1",
        "kind": "Node",
        "metadata": {"name": name},
        "status": {"images": [{"names": [image]} for image in sorted(images)]},
    }
