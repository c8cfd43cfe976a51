"""What of a deployment's stored objects is no longer as it was applied.

The sandbox has no lists of fields: it keeps a digest of what it applied, and whoever edits its store by hand leaves
a manager's name. `cluster.py` asks, to tell it and to refuse a write that would undo it unasked.
"""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any

from services.deployer.adapters.sandbox.stored_object import Place, as_applied, owner_of, place_of
from services.deployer.domain.difference import differences
from services.deployer.domain.drift import Drifted
from services.deployer.domain.manifest.digest import digest_of, is_secret
from services.deployer.domain.manifest.inventory import is_inventory
from services.deployer.domain.manifest.labels import DEPLOYMENT, MANAGER
from services.deployer.ports import FieldConflict, Object


def drift_of(wanted: Iterable[Object], known: Mapping[Place, Object | None]) -> tuple[Drifted, ...]:
    """The deployment's own objects that are gone or changed; without the inventory that alone, as on a real cluster."""
    own = [one for one in wanted if DEPLOYMENT in one["metadata"].get("labels", {})]
    lost = next((one for one in own if is_inventory(one) and known[place_of(one)] is None), None)
    if lost is not None:
        return (Drifted(lost["kind"], lost["metadata"]["name"], deleted=True),)
    found = (_drifted(one, known[place_of(one)]) for one in own)
    return tuple(one for one in found if one is not None)


def refuse_to_undo(wanted: Sequence[Object], known: Mapping[Place, Object | None]) -> None:
    """Raise FieldConflict for the first object with fields of somebody else; what is gone was taken from nobody."""
    for manifest in wanted:
        found = known[place_of(manifest)]
        drifted = _drifted(manifest, found) if found is not None else None
        if drifted is not None and drifted.manager is not None:
            theirs = tuple(one for one in drifted.differences if one.found is not None)
            if theirs:
                fields = tuple((one.path, f'conflict with "{drifted.manager}"') for one in theirs)
                raise FieldConflict(drifted.kind, drifted.name, fields, drifted)


def is_as(manifest: Object, found: Object | None) -> bool:
    """Whether what is stored was applied as this and says it still; what others added does not count."""
    if found is None:
        return False
    if applied_digest(found) is None:
        return as_applied(found) == as_applied(manifest)
    return applied_digest(found) == wish_of(manifest) and next(differences(_said(manifest), found), None) is None


def wish_of(manifest: Object) -> str:
    """The digest that is kept of an object which is applied."""
    return digest_of(_said(manifest))


def applied_digest(found: Mapping[str, Any]) -> str | None:
    """The digest of what was applied; objects of earlier releases have none."""
    entries = found["metadata"].get("managedFields", ())
    return next((entry["digest"] for entry in entries if entry["manager"] == MANAGER and "digest" in entry), None)


def _drifted(manifest: Object, found: Object | None) -> Drifted | None:
    kind, name = manifest["kind"], manifest["metadata"]["name"]
    if found is None:
        return Drifted(kind, name, deleted=True)
    if owner_of(found) != owner_of(manifest) or applied_digest(found) != wish_of(manifest):
        return None
    differing = tuple(differences(_said(manifest), found))
    if not differing:
        return None
    others = [entry for entry in found["metadata"]["managedFields"] if entry["manager"] != MANAGER]
    newest = max(others, key=lambda entry: str(entry["time"]), default=None)
    return Drifted(
        kind,
        name,
        differences=differing,
        secret=is_secret(manifest),
        manager=newest["manager"] if newest is not None else None,
        at=datetime.fromisoformat(newest["time"]) if newest is not None else None,
    )


def _said(manifest: Object) -> Object:
    return as_applied(manifest) or manifest
