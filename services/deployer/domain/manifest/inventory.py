"""The list of what belongs to one deployment: a ConfigMap that owns all of it but the data.

Each cluster adapter applies it first and then sets the owner references, since only the cluster knows its uid. So what
is written late, after a removal, is taken by the cluster's own garbage collector. What is owned and no longer listed
is pruned. Data volumes have no owner: they go only when somebody asks for it.
"""

from collections.abc import Iterable, Mapping
from typing import Any

from contracts.apps.spec import AppSpec
from services.deployer.domain.manifest.environment import keeps_secret, secret_name
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.labels import COMPONENT, DEPLOYMENT, derived_name, labels_of, metadata

Manifest = dict[str, Any]
Entry = tuple[str, str, str]
"""API version, kind and name; the namespace is the inventory's own."""

_COMPONENT = "inventory"
_KIND = "ConfigMap"
DATA = "PersistentVolumeClaim"


def inventory(facts: DeploymentFacts, spec: AppSpec, objects: Iterable[Manifest]) -> Manifest:
    """The ConfigMap that lists these objects as far as they are the deployment's, and its Secret when it has one."""
    entries = {entry_of(one) for one in objects if _is_deployments(one)}
    if keeps_secret(facts, spec):
        entries.add(("v1", "Secret", secret_name(facts.name)))
    described = metadata(facts, derived_name(facts.name, _COMPONENT))
    return {
        "apiVersion": "v1",
        "kind": _KIND,
        "metadata": {**described, "labels": {**labels_of(facts), COMPONENT: _COMPONENT}},
        "data": {"objects": "".join(" ".join(entry) + "\n" for entry in sorted(entries))},
    }


def is_inventory(manifest: Mapping[str, Any]) -> bool:
    """Whether this is the list, not something on it."""
    return manifest["kind"] == _KIND and _labels(manifest).get(COMPONENT) == _COMPONENT


def is_list(kind: str) -> bool:
    """Whether an object of this kind can only be the list: a deployment has no other ConfigMap."""
    return kind == _KIND


def listed(manifest: Mapping[str, Any]) -> frozenset[Entry]:
    """What an inventory lists."""
    lines = str(manifest["data"]["objects"]).splitlines()
    return frozenset((api_version, kind, name) for api_version, kind, name in (line.split(" ") for line in lines))


def entry_of(manifest: Mapping[str, Any]) -> Entry:
    """How an object stands on the list."""
    return str(manifest["apiVersion"]), str(manifest["kind"]), str(manifest["metadata"]["name"])


def owned(manifest: Manifest, name: str, uid: str) -> Manifest:
    """The object as the inventory with this name and uid owns it: unchanged when it is data, shared or the list itself.

    A namespace belongs to its team, as do the limits in it.
    """
    if not _is_deployments(manifest) or is_inventory(manifest) or manifest["kind"] == DATA:
        return manifest
    owner = {"apiVersion": "v1", "kind": _KIND, "name": name, "uid": uid}
    return {**manifest, "metadata": {**manifest["metadata"], "ownerReferences": [owner]}}


def _is_deployments(manifest: Mapping[str, Any]) -> bool:
    return DEPLOYMENT in _labels(manifest)


def _labels(manifest: Mapping[str, Any]) -> Mapping[str, str]:
    labels: Mapping[str, str] = manifest["metadata"].get("labels", {})
    return labels
