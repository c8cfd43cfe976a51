"""What takes objects away: pruning what is no longer declared, and removing a whole deployment.

Removal deletes the inventory and leaves what it owns to the cluster's garbage collector, which also takes what somebody
writes late. Each delete names the uid and the version that were read, so that nothing newer goes by mistake.
"""

from collections.abc import Collection

from chassis.errors import NotNow
from services.deployer.adapters.kubernetes.answers import NOT_FOUND, ApiRefused, as_port_says
from services.deployer.adapters.kubernetes.cache import Seen, key_of
from services.deployer.adapters.kubernetes.kinds import Kind
from services.deployer.adapters.kubernetes.trimmed import is_ours
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
        if (kind.name, *key_of(found["metadata"])) in declared or uid not in _owners(found) or entry_of(found) in names:
            continue
        if "deletionTimestamp" not in found["metadata"]:
            gone += await _delete(watches, kind, seen)
    return gone


async def remove_all(watches: Watches, deployment: str, *, data: bool) -> Deletion:
    """Ask for everything of a deployment to go; what was asked for now, and what is still there."""
    found = [(kind, seen, seen.object) for kind, seen in watches.of_deployment(deployment)]
    ours = [one for one in found if _is_ours(*one) and (data or one[0].name != DATA)]
    lists = [one for one in ours if is_inventory(one[2]) and _stays(one[2])]
    owners = {seen.uid for _, seen, _ in lists}
    removed = 0
    for kind, seen, manifest in ours:
        owned = _owners(manifest)
        if owners & owned:
            removed += 1
        elif kind.written and not owned and _stays(manifest) and (kind, seen, manifest) not in lists:
            removed += await _delete(watches, kind, seen)
    for kind, seen, _ in lists:
        removed += await _delete(watches, kind, seen)
    left = [(kind, seen) for kind, seen in watches.of_deployment(deployment) if _is_ours(kind, seen, seen.object)]
    return Deletion(removed, sum(data or kind.name != DATA for kind, _ in left))


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
            answer = await watches.connection.request("DELETE", kind.path(namespace, name), None, body)
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
    """The answer is the object while something keeps it, and a Status once it is gone."""
    if answer["kind"] == kind.name:
        watches.of(kind).put(answer, ours=True)
    else:
        watches.of(kind).drop(*key_of(seen.object["metadata"]), seen.uid)


def _is_ours(kind: Kind, _seen: Seen, found: Object) -> bool:
    """Whether we applied it, or the cluster made it of what we applied. A label alone proves nothing."""
    if kind.written:
        return any(is_ours(one) for one in found["metadata"].get("managedFields") or ())
    return bool(found["metadata"].get("ownerReferences"))


def _owners(found: Object) -> set[str]:
    return {owner["uid"] for owner in found["metadata"].get("ownerReferences") or ()}


def _stays(found: Object) -> bool:
    return "deletionTimestamp" not in found["metadata"]
