"""What takes objects away: pruning what is no longer declared, and removing a whole deployment.

Removal deletes the inventory and leaves what it owns to the cluster's garbage collector, which also takes what somebody
writes late. Each delete names the uid and the version that were read, so that nothing newer goes by mistake.
"""

from collections.abc import Collection

from chassis.errors import NotNow
from services.deployer.adapters.kubernetes.answers import NOT_FOUND, ApiRefused, as_port_says
from services.deployer.adapters.kubernetes.cache import Seen, key_of
from services.deployer.adapters.kubernetes.kinds import DEPLOYMENT_KIND, POD, REPLICA_SET, Kind
from services.deployer.adapters.kubernetes.trimmed import is_ours, owners_of
from services.deployer.adapters.kubernetes.watches import Watches
from services.deployer.domain.manifest.inventory import DATA, entry_of, is_inventory, listed
from services.deployer.ports import Deletion, Object

_TRIES = 5
Place = tuple[str, str, str]
"""Kind, namespace and name."""


async def prune(watches: Watches, deployment: str, inventory: Object, uid: str, declared: Collection[Place]) -> int:
    """Delete what the inventory owns and no longer lists; how many went."""
    names, gone = listed(inventory), 0
    for kind, seen in list(watches.of_deployment(deployment)):
        if not kind.written:
            continue
        found = seen.object
        if (
            (kind.name, *key_of(found["metadata"])) in declared
            or uid not in owners_of(found)
            or entry_of(found) in names
        ):
            continue
        if "deletionTimestamp" not in found["metadata"]:
            gone += await _delete(watches, kind, seen)
            watches.warnings.written(deployment, kind, found["metadata"]["name"], ())
    return gone


async def remove_all(watches: Watches, deployment: str, *, data: bool) -> Deletion:
    """Ask for everything of a deployment to go; what was asked for now, and what is still there."""
    found = [(kind, seen, seen.object) for kind, seen in watches.of_deployment(deployment)]
    ours = [one for one in found if _is_ours(one[0], one[2]) and (data or one[0].name != DATA)]
    lists = [one for one in ours if is_inventory(one[2]) and _stays(one[2])]
    owners = {seen.uid for _, seen, _ in lists}
    removed = 0
    for kind, seen, manifest in ours:
        owned = owners_of(manifest)
        if owners & owned:
            removed += 1
        elif kind.written and not owned and _stays(manifest) and (kind, seen, manifest) not in lists:
            removed += await _delete(watches, kind, seen)
    for kind, seen, _ in lists:
        removed += await _delete(watches, kind, seen)
    left = [(kind, seen.object) for kind, seen in watches.of_deployment(deployment)]
    remaining = [await _remains(watches, kind, one) for kind, one in left if data or kind.name != DATA]
    kept = [one["metadata"]["name"] for kind, one in left if not data and kind.name == DATA and _is_ours(kind, one)]
    return Deletion(removed, sum(remaining), tuple(sorted(kept)))


async def _delete(watches: Watches, kind: Kind, seen: Seen) -> bool:
    """Delete this very object; whether it was there. Raises NotNow when another one has come in its place."""
    namespace, name = key_of(seen.object["metadata"])
    found: Seen | None = seen
    for _ in range(_TRIES):
        if found is None:
            return False
        if found.uid != seen.uid:
            break
        body = {
            "preconditions": {"uid": found.uid, "resourceVersion": found.version},
            "propagationPolicy": "Background",
        }
        try:
            answer = await watches.connection.write("DELETE", kind.path(namespace, name), None, body)
        except ApiRefused as refused:
            if not refused.is_stale and refused.status != NOT_FOUND:
                raise as_port_says(refused, kind.name, name) from refused
            found = await watches.read(kind, namespace, name)
        else:
            _note(watches, kind, seen, answer)
            return True
    message = f"{kind.name} {name} changed while it was to be deleted"
    raise NotNow(message)


def _note(watches: Watches, kind: Kind, seen: Seen, answer: Object) -> None:
    """The answer is the object while something keeps it; a Status, or the object as it was, once it is gone."""
    if "deletionTimestamp" in answer["metadata"]:
        watches.of(kind).put(answer, ours=True)
    else:
        watches.of(kind).drop(*key_of(seen.object["metadata"]), seen.uid)


def _is_ours(kind: Kind, found: Object) -> bool:
    """Whether we applied it. A label alone proves nothing: anybody can copy it."""
    return kind.written and any(is_ours(one) for one in found["metadata"].get("managedFields") or ())


async def _remains(watches: Watches, kind: Kind, found: Object) -> bool:
    """Whether it is ours or was made of ours; what somebody else's Deployment made with our labels is not."""
    if kind.written:
        return _is_ours(kind, found)
    metadata = found["metadata"]
    owner = next(iter(metadata.get("ownerReferences") or ()), None)
    if owner is None:
        return False
    above = REPLICA_SET if kind == POD else DEPLOYMENT_KIND
    seen = watches.of(above).get(metadata["namespace"], owner["name"])
    if seen is None and above == DEPLOYMENT_KIND:
        seen = await watches.read(above, metadata["namespace"], owner["name"])
    if seen is None or seen.uid != owner["uid"]:
        return True
    return await _remains(watches, above, seen.object)


def _stays(found: Object) -> bool:
    return "deletionTimestamp" not in found["metadata"]
