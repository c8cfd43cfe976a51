"""What of a deployment's objects others changed or deleted, by the caches first and then by the server itself.

`cluster.py` asks; so does `applying.py` when the server refuses a write because of somebody's fields. That a field
differs is told by its value, that somebody took it by the server's lists of who has what: defaults, notations and what
others added are never drift. Writes nothing.
"""

from collections.abc import Sequence
from datetime import datetime

from services.deployer.adapters.kubernetes.cache import Seen
from services.deployer.adapters.kubernetes.declared import applied_digest, belongs, is_applied, place_of
from services.deployer.adapters.kubernetes.kinds import Kind, kind_of
from services.deployer.adapters.kubernetes.managed_fields import last_writer, not_ours, within
from services.deployer.adapters.kubernetes.watches import Watches
from services.deployer.domain.difference import Difference, differences
from services.deployer.domain.drift import Drifted
from services.deployer.domain.manifest.digest import digest_of, is_secret
from services.deployer.domain.manifest.inventory import is_inventory, owned
from services.deployer.domain.manifest.labels import DEPLOYMENT
from services.deployer.ports import Object


async def drift_of(watches: Watches, objects: Sequence[Object]) -> tuple[Drifted, ...]:
    """The deployment's own objects among these that are not as they were applied. Raises NotNow.

    Without the inventory the cluster takes away all that it owned, so that alone is told.
    """
    found: list[Drifted] = []
    inventory, uid = None, ""
    for manifest in objects:
        if DEPLOYMENT not in manifest["metadata"].get("labels", {}):
            continue
        kind = kind_of(manifest["apiVersion"], manifest["kind"], manifest["metadata"]["name"])
        wanted = owned(manifest, inventory["metadata"]["name"], uid) if inventory is not None else manifest
        seen = watches.of(kind).get(*place_of(manifest))
        drifted = await _drifted(watches, kind, wanted, seen)
        found += [drifted] if drifted is not None else []
        if is_inventory(manifest):
            if seen is None or (drifted is not None and drifted.deleted):
                return tuple(found)
            inventory, uid = manifest, seen.uid
    return tuple(found)


async def _drifted(watches: Watches, kind: Kind, manifest: Object, seen: Seen | None) -> Drifted | None:
    digest = digest_of(manifest)
    if seen is not None:
        if is_applied(manifest, digest, seen):
            return None
        there = seen.object
        if not _is_told(there, digest) or (
            "deletionTimestamp" not in there["metadata"] and not _taken(manifest, there)
        ):
            return None
    # The server itself: it knows who did it, and what lost our label is gone from the watch alone.
    found = await watches.read_whole(kind, *place_of(manifest))
    if found is None:
        return Drifted(kind.name, manifest["metadata"]["name"], deleted=True)
    return changed_by_others(kind, manifest, found) if _is_told(found, digest) else None


def changed_by_others(kind: Kind, manifest: Object, found: Object) -> Drifted | None:
    """What others changed of a declared object, by what the server has; None when it is nothing, or not ours at all."""
    metadata, name = found["metadata"], manifest["metadata"]["name"]
    if not belongs(manifest, found):
        return None
    if "deletionTimestamp" in metadata:
        return Drifted(kind.name, name, deleted=True, at=datetime.fromisoformat(metadata["deletionTimestamp"]))
    differing = tuple(_taken(manifest, found))
    if not differing:
        return None
    writer = last_writer(manifest, found, [one.path for one in differing])
    return Drifted(
        kind.name,
        name,
        differences=differing,
        secret=is_secret(manifest),
        manager=writer.manager if writer is not None else None,
        at=writer.at if writer is not None else None,
    )


def _taken(manifest: Object, found: Object) -> list[Difference]:
    """The declared fields that are no longer ours and have another value, or none."""
    paths = list(not_ours(manifest, found))
    if not paths:
        return []
    return [one for one in differences(manifest, found) if any(_touch(one.path, path) for path in paths)]


def _touch(path: str, other: str) -> bool:
    return within(path, other) or within(other, path)


def _is_told(found: Object, digest: str) -> bool:
    """Whether it was applied as this; what was applied as something else is still to be written."""
    return applied_digest(found) in ("", digest)
