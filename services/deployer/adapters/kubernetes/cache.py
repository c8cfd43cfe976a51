"""What the watches have seen: every object with our team label, found by place or by deployment.

Filled by `watch.py` and by the answers to our own writes; read by whoever applies, observes or removes. Objects are
kept as JSON, a fifth of the memory of the same object taken apart, and are taken apart when somebody looks.
"""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

import orjson

from services.deployer.domain.manifest.labels import DEPLOYMENT
from services.deployer.ports import Object

REMEMBERED_ENDS = 1000
"""An answer that comes later than a thousand ends of its kind has long been given up."""

Key = tuple[str, str]
"""Namespace (empty for what belongs to none) and name."""


@dataclass(slots=True)
class Seen:
    """One object as it was seen last."""

    uid: str
    version: str
    deployment: str
    raw: bytes
    """What is kept of it, but for its version: two versions that say the same are no change."""
    same_as: str = field(default="")
    """The digest of the manifest that this version was found to be the same as."""
    telling: int = 0
    """A hash of what somebody has to look at when it changes."""

    @property
    def object(self) -> Object:
        """The object, anew each time."""
        found: Object = orjson.loads(self.raw)
        found["metadata"]["resourceVersion"] = self.version
        return found


Trim = Callable[[Object], Object]
Changed = Callable[[str, Seen | None], None]
"""Told the deployment and what is there now, None when it went."""


class KindCache:
    """The objects of one kind, each as `trim` leaves it, as one watch a scope tells them.

    `changed` is told when others changed what is `telling`.
    """

    def __init__(self, trim: Trim, telling: Trim, changed: Changed, scopes: tuple[str, ...] = ("",)) -> None:
        self._trim = trim
        self._telling = telling
        self._changed = changed
        self._seen: dict[Key, Seen] = {}
        self._by_deployment: dict[str, set[Key]] = {}
        self._gone: dict[str, str] = {}
        self._cut = set(scopes)

    def __len__(self) -> int:
        return len(self._seen)

    @property
    def cut(self) -> frozenset[str]:
        """The scopes of which what is here may not be what the server has, but for the moment it takes to tell."""
        return frozenset(self._cut)

    def follows(self, scope: str, *, live: bool) -> None:
        """Whether the watch of a scope tells everything from now on."""
        (self._cut.discard if live else self._cut.add)(scope)

    def get(self, namespace: str, name: str) -> Seen | None:
        """One object."""
        return self._seen.get((namespace, name))

    def of_deployment(self, deployment: str) -> list[Seen]:
        """The objects with a deployment's label, by name."""
        keys = self._by_deployment.get(deployment, ())
        return [self._seen[key] for key in sorted(keys)]

    def put(self, found: Mapping[str, Any], *, ours: bool = False) -> Seen:
        """An object as a watch, a list or an answer shows it; `ours` says that we wrote it just now.

        What is older than what is here, or than its end, changes nothing: an answer and the watch that tells the same
        may come in any order.
        """
        metadata = found["metadata"]
        key, version = key_of(metadata), str(metadata["resourceVersion"])
        before = self._seen.get(key)
        if before is not None and before.uid == metadata["uid"] and not _is_newer(version, before.version):
            return before
        if not _is_newer(version, self._gone.get(str(metadata["uid"]), "0")):
            return self.seen(found)
        seen = self.seen(found)
        if before is not None:
            self._forget_index(key, before)
        self._seen[key] = seen
        self._by_deployment.setdefault(seen.deployment, set()).add(key)
        if before is not None and before.raw == seen.raw:
            seen.same_as = before.same_as
        elif not ours and (before is None or before.telling != seen.telling):
            self._tell(before, seen)
        return seen

    def seen(self, found: Mapping[str, Any]) -> Seen:
        """An object as it would be kept, without keeping it."""
        metadata = found["metadata"]
        deployment = str((metadata.get("labels") or {}).get(DEPLOYMENT, ""))
        kept = self._trim(dict(found))
        telling = hash(orjson.dumps(self._telling(kept)))
        kept["metadata"] = {name: value for name, value in kept["metadata"].items() if name != "resourceVersion"}
        raw, version = orjson.dumps(kept), str(metadata["resourceVersion"])
        return Seen(str(metadata["uid"]), version, deployment, raw, telling=telling)

    def drop(self, namespace: str, name: str, uid: str | None = None, version: str = "") -> None:
        """An object went, at a version; nothing is done when another one of that name has come since."""
        key = (namespace, name)
        before = self._seen.get(key)
        if uid is not None and version:
            self._remember_end(uid, version)
        if before is None or (uid is not None and before.uid != uid):
            return
        self._remember_end(before.uid, version or before.version)
        del self._seen[key]
        self._forget_index(key, before)
        self._tell(before, None)

    def replace(self, found: Iterable[Mapping[str, Any]], version: str, scope: str = "") -> None:
        """All there was in a scope at `version`: what is not in it went, unless we wrote it after that."""
        left = {key for key in self._seen if _is_within(key, scope)}
        for one in found:
            left.discard(key_of(one["metadata"]))
            self.put(one)
        self._drop_unlisted(left, version)

    def replace_deployment(
        self, deployment: str, found: Iterable[Mapping[str, Any]], version: str, scope: str = ""
    ) -> None:
        """The same for what carries one deployment's label."""
        left = {key for key in self._by_deployment.get(deployment, ()) if _is_within(key, scope)}
        for one in found:
            left.discard(key_of(one["metadata"]))
            self.put(one)
        self._drop_unlisted(left, version)

    def _drop_unlisted(self, keys: Iterable[Key], version: str) -> None:
        for namespace, name in list(keys):
            if not _is_newer(self._seen[namespace, name].version, version):
                self.drop(namespace, name)

    def _remember_end(self, uid: str, version: str) -> None:
        self._gone[uid] = version
        if len(self._gone) > REMEMBERED_ENDS:
            del self._gone[next(iter(self._gone))]

    def _forget_index(self, key: Key, before: Seen) -> None:
        keys = self._by_deployment[before.deployment]
        keys.discard(key)
        if not keys:
            del self._by_deployment[before.deployment]

    def _tell(self, before: Seen | None, seen: Seen | None) -> None:
        for deployment in {one.deployment for one in (before, seen) if one is not None and one.deployment}:
            self._changed(deployment, seen)


def key_of(metadata: Mapping[str, Any]) -> Key:
    """Where an object stands within its kind."""
    return str(metadata.get("namespace", "")), str(metadata["name"])


def _is_within(key: Key, scope: str) -> bool:
    return not scope or key[0] == scope


def _is_newer(version: str, than: str) -> bool:
    """Resource versions of one kind are numbers that grow since Kubernetes 1.35; one that is none counts as newer."""
    return not (version.isdigit() and than.isdigit()) or int(version) > int(than)
