"""One object written, or found as it should be: server-side apply, on the version that was read and on no other.

`cluster.py` calls it for each object in turn. When the version is no longer there (409), the object is read again: if
only its status changed, once more; if somebody wrote another wish meanwhile, ours is the older one and gives way.
"""

from chassis.errors import NotNow
from services.deployer.adapters.kubernetes.answers import ApiRefused, as_port_says
from services.deployer.adapters.kubernetes.cache import Seen
from services.deployer.adapters.kubernetes.declared import applied_digest, belongs, body_of, is_applied, place_of
from services.deployer.adapters.kubernetes.drifting import changed_by_others
from services.deployer.adapters.kubernetes.kinds import Kind
from services.deployer.adapters.kubernetes.watches import Watches
from services.deployer.domain.kubernetes_words import no_matches
from services.deployer.domain.manifest.digest import digest_of
from services.deployer.domain.manifest.labels import DEPLOYMENT, MANAGER
from services.deployer.ports import FieldConflict, Object, ObjectRefused

APPLY = "application/apply-patch+yaml"
_TRIES = 5


async def apply_object(watches: Watches, kind: Kind, manifest: Object, *, force: bool) -> tuple[Seen, bool]:
    """The object as it is now, and whether it was written.

    Raises:
        ObjectRefused: it is somebody else's, has fields of another manager, or is not admitted.
        NotNow: it is being removed, somebody else just wrote it, or the cluster does not answer.
    """
    digest = digest_of(manifest)
    namespace, name = place_of(manifest)
    seen = watches.of(kind).get(namespace, name)
    for _ in range(_TRIES):
        if seen is not None:
            _check(manifest, seen)
            if is_applied(manifest, digest, seen):
                return seen, False
        try:
            found = await _patch(watches, kind, manifest, body_of(manifest, digest, seen), force=force)
        except ApiRefused as refused:
            if refused.is_unserved:
                raise not_served(kind, name) from refused
            if not refused.is_stale:
                raise await _said(refused, watches, kind, manifest) from refused
            seen = await _read_again(watches, kind, manifest, seen)
        else:
            return watches.of(kind).put(found, ours=True), True
    message = f"{kind.name} {name} changes faster than it can be written"
    raise NotNow(message)


def check_owner(watches: Watches, kind: Kind, manifest: Object) -> None:
    """Raise ObjectRefused when what was seen at this place is somebody else's."""
    seen = watches.of(kind).get(*place_of(manifest))
    if seen is not None and not belongs(manifest, seen.object):
        raise _others(manifest)


async def _said(refused: ApiRefused, watches: Watches, kind: Kind, manifest: Object) -> Exception:
    """What the port says of a refusal; of a conflict also what differs, and who did it."""
    said = as_port_says(refused, kind.name, place_of(manifest)[1])
    if isinstance(said, FieldConflict):
        found = await watches.read_whole(kind, *place_of(manifest))
        drifted = changed_by_others(kind, manifest, found) if found is not None else None
        return FieldConflict(said.kind, said.name, said.fields, drifted)
    return said


async def _patch(watches: Watches, kind: Kind, manifest: Object, body: Object, *, force: bool) -> Object:
    query = {"fieldManager": MANAGER, "fieldValidation": "Strict", "force": "true" if force else "false"}
    said: list[str] = []
    path = kind.path(*place_of(manifest))
    found: Object = await watches.connection.write("PATCH", path, query, body, APPLY, said.extend)
    deployment = (manifest["metadata"].get("labels") or {}).get(DEPLOYMENT)
    if deployment is not None:
        watches.warnings.written(deployment, kind, manifest["metadata"]["name"], said)
    return found


async def _read_again(watches: Watches, kind: Kind, manifest: Object, before: Seen | None) -> Seen | None:
    """What is there really. Raises NotNow when another worker wrote it since it was seen."""
    seen = await watches.read(kind, *place_of(manifest))
    if seen is None:
        return None
    _check(manifest, seen)
    if _wish(seen) not in ("", digest_of(manifest), _wish(before)):
        name = manifest["metadata"]["name"]
        message = f"{kind.name} {name} was written by somebody else since it was read"
        raise NotNow(message)
    return seen


def _check(manifest: Object, seen: Seen) -> None:
    found = seen.object
    if not belongs(manifest, found):
        raise _others(manifest)
    if "deletionTimestamp" in found["metadata"]:
        message = f"{manifest['kind']} {manifest['metadata']['name']} is still being removed"
        raise NotNow(message)


def _wish(seen: Seen | None) -> str:
    return applied_digest(seen.object) if seen is not None else ""


def not_served(kind: Kind, name: str) -> ObjectRefused:
    """The refusal of an object whose kind the server does not know."""
    return ObjectRefused(kind.name, name, "apiVersion", no_matches(kind.name, kind.api_version))


def _others(manifest: Object) -> ObjectRefused:
    where = manifest["metadata"].get("namespace")
    place = f" in namespace {where}" if where else ""
    message = f"an object of this name{place} belongs to somebody else; choose another name or have that object removed"
    return ObjectRefused(manifest["kind"], manifest["metadata"]["name"], ".", message)
