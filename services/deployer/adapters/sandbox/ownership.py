"""Who owns what in the sandbox, as Kubernetes' owner references and garbage collector have it.

`cluster.py` applies and removes by it. Objects of releases that had no inventory have no owner and are taken for owned.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence

from services.deployer.adapters.sandbox.stored_object import Place, place_of
from services.deployer.domain.manifest.inventory import DATA, entry_of, is_inventory, listed, owned
from services.deployer.domain.manifest.labels import MANAGER
from services.deployer.ports import Object


def with_owner(
    objects: Sequence[Object], known: Mapping[Place, Object | None], new_id: Callable[[], str]
) -> list[Object]:
    """The objects, each with the inventory among them as its owner; its uid is the stored one's, or a new one."""
    inventory = next((one for one in objects if is_inventory(one)), None)
    if inventory is None:
        return list(objects)
    found = known[place_of(inventory)]
    name, uid = inventory["metadata"]["name"], found["metadata"]["uid"] if found is not None else new_id()
    with_uid = {**inventory, "metadata": {**inventory["metadata"], "uid": uid}}
    return [with_uid if one is inventory else owned(one, name, uid) for one in objects]


def unlisted(there: Iterable[Object], applied: Sequence[Object]) -> list[Object]:
    """What stands in the cluster, is owned by the applied inventory, and is neither on its list nor applied with it."""
    inventory = next((one for one in applied if is_inventory(one)), None)
    if inventory is None:
        return []
    names = {*listed(inventory), *map(entry_of, applied)}
    return [one for one in there if _is_owned(one) and entry_of(one) not in names]


def removed_with_inventory(there: Sequence[Object], *, data: bool) -> list[Object]:
    """What goes when a deployment is removed: what its inventory owns, pods, `data`, and the inventory as last."""
    gone = [one for one in there if one["kind"] == "Pod" or _is_owned(one) or (data and one["kind"] == DATA)]
    return [*gone, *(one for one in there if is_inventory(one))]


def _is_owned(one: Object) -> bool:
    """Whether an inventory owns it, or we wrote it before there was one. What others labelled as ours is left alone."""
    metadata = one["metadata"]
    if "ownerReferences" in metadata:
        return any(owner["kind"] == "ConfigMap" for owner in metadata["ownerReferences"])
    managers = {entry["manager"] for entry in metadata.get("managedFields", ())}
    return MANAGER in managers and one["kind"] != DATA and not is_inventory(one)
