"""A manifest as it goes to the API server, and whether what is there is the same already.

The digest of what was applied stands on the object, so that a restart writes nothing; a change by hand shows in our
list of fields (`managed_fields.py`), that of a Secret's value by comparing.
"""

from collections.abc import Mapping
from typing import Any

from services.deployer.adapters.kubernetes.cache import Seen
from services.deployer.adapters.kubernetes.managed_fields import not_ours
from services.deployer.domain.manifest.digest import is_secret
from services.deployer.domain.manifest.labels import DEPLOYMENT, TEAM
from services.deployer.ports import Object

DIGEST = "appstore.nl/applied"
_NEVER_THERE = "1"
"""A resource version that no object has: applied with it, an object is made, and one that is there is left alone."""


def body_of(manifest: Object, digest: str, found: Seen | None) -> Object:
    """What is sent to the server: with the digest, and with the uid and version of what was read."""
    metadata = dict(manifest["metadata"])
    metadata["annotations"] = {**metadata.get("annotations", {}), DIGEST: digest}
    if found is None:
        metadata["resourceVersion"] = _NEVER_THERE
    else:
        metadata |= {"uid": found.uid, "resourceVersion": found.version}
    return {**manifest, "metadata": metadata}


def is_applied(manifest: Mapping[str, Any], digest: str, seen: Seen) -> bool:
    """Whether nothing would change; what was found is remembered for as long as the object stays as it is."""
    if seen.same_as == digest and not is_secret(manifest):
        return True
    found = seen.object
    metadata = found["metadata"]
    same = (
        applied_digest(found) == digest
        and "deletionTimestamp" not in metadata
        and (not is_secret(manifest) or found.get("data") == manifest.get("data"))
        and next(not_ours(manifest, found), None) is None
    )
    if same:
        seen.same_as = digest
    return same


def applied_digest(found: Mapping[str, Any]) -> str:
    """The digest of what was applied last; empty when somebody took it away."""
    return str((found["metadata"].get("annotations") or {}).get(DIGEST, ""))


def place_of(manifest: Object) -> tuple[str, str]:
    """Namespace (empty for what belongs to none) and name."""
    metadata = manifest["metadata"]
    return str(metadata.get("namespace", "")), str(metadata["name"])


def belongs(manifest: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether what is there is the declared deployment's, and the same team's.

    By its labels; when somebody took those away, by its owner, which is the same inventory.
    """
    declared, there = _labels(manifest), _labels(found)
    if all(there.get(name) == declared.get(name) for name in (DEPLOYMENT, TEAM)):
        return True
    if DEPLOYMENT in there or TEAM in there:
        return False
    owners = {owner["uid"] for owner in manifest["metadata"].get("ownerReferences", ())}
    return any(owner["uid"] in owners for owner in found["metadata"].get("ownerReferences") or ())


def _labels(found: Mapping[str, Any]) -> Mapping[str, str]:
    return found["metadata"].get("labels") or {}
