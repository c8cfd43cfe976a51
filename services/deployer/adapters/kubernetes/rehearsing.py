"""A rehearsal on the real API server: each object by server-side apply with `dryRun=All`, several at a time.

The server runs its whole admission and keeps nothing. What is as it should be already is not asked about. In a
namespace that is not there yet the server refuses every object, so it is not asked: that is told. `cluster.py` calls.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from chassis.errors import NotNow
from services.deployer.adapters.kubernetes import trimmed
from services.deployer.adapters.kubernetes.answers import ApiRefused, as_port_says
from services.deployer.adapters.kubernetes.applying import APPLY, check_owner, not_served
from services.deployer.adapters.kubernetes.cache import Seen, key_of
from services.deployer.adapters.kubernetes.declared import belongs, body_of, is_applied, place_of
from services.deployer.adapters.kubernetes.kinds import NAMESPACE, RESOURCE_QUOTA, Kind, kind_of
from services.deployer.adapters.kubernetes.trimmed import owners_of
from services.deployer.adapters.kubernetes.watches import Watches
from services.deployer.domain.manifest.digest import digest_of
from services.deployer.domain.manifest.inventory import entry_of, is_inventory, listed, owned
from services.deployer.domain.manifest.labels import MANAGER
from services.deployer.domain.rehearsal import Objection, Rehearsal, Rehearsed
from services.deployer.ports import Object, ObjectRefused

AT_ONCE = 8
"""Dry-runs under way at the same time: a plan takes the time of a few requests, and the server is not flooded."""
POD_SECURITY = "would violate PodSecurity"
"""How the server begins its warning about pods that the namespace would not admit (Pod Security, mode warn)."""


@dataclass(frozen=True, slots=True)
class _Told:
    rehearsed: Rehearsed
    warnings: tuple[str, ...] = ()


async def rehearse(watches: Watches, deployment: str, objects: Sequence[Object]) -> Rehearsal:
    """What applying these would do. The caches show what is there. Raises NotNow."""
    inventory = next((one for one in objects if is_inventory(one)), None)
    list_there = _seen(watches, inventory) if inventory is not None else None
    wanted = (
        [owned(one, list_there.object["metadata"]["name"], list_there.uid) for one in objects]
        if list_there
        else objects
    )
    absent = await absent_namespaces(watches, wanted)
    slots = asyncio.Semaphore(AT_ONCE)

    async def one_of(manifest: Object) -> _Told:
        async with slots:
            return await _one(watches, manifest, asked=manifest["metadata"].get("namespace") not in absent)

    told, quotas = await asyncio.gather(
        asyncio.gather(*(one_of(one) for one in wanted)), _quotas(watches, wanted, absent)
    )
    return Rehearsal(
        tuple(one.rehearsed for one in told),
        tuple(_pruned(watches, deployment, wanted, inventory, list_there)),
        tuple(quotas),
        tuple(dict.fromkeys(warning for one in told for warning in one.warnings)),
    )


async def _one(watches: Watches, manifest: Object, *, asked: bool) -> _Told:
    try:
        kind = kind_of(manifest["apiVersion"], manifest["kind"], manifest["metadata"]["name"])
        seen = watches.of(kind).get(*place_of(manifest))
        before = seen.object if seen is not None else None
        check_owner(watches, kind, manifest)
    except ObjectRefused as refused:
        return _Told(Rehearsed(manifest, None, manifest, _objection(refused)))
    digest = digest_of(manifest)
    if not asked:
        return _Told(Rehearsed(manifest, None, manifest, asked=False))
    if seen is not None and is_applied(manifest, digest, seen):
        return _Told(Rehearsed(manifest, before, before or manifest))
    try:
        after, warnings = await _dry_run(watches, kind, manifest, digest, seen)
    except ObjectRefused as refused:
        return _Told(Rehearsed(manifest, before, manifest, _objection(refused)))
    kept = {**trimmed.written(after), "apiVersion": kind.api_version, "kind": kind.name}
    unsafe = next((one for one in warnings if one.startswith(POD_SECURITY)), None)
    objection = Objection("spec.template.spec", unsafe) if unsafe is not None else None
    others = tuple(one for one in warnings if one != unsafe)
    return _Told(Rehearsed(manifest, before, kept, objection), others)


async def _dry_run(
    watches: Watches, kind: Kind, manifest: Object, digest: str, seen: Seen | None
) -> tuple[Object, tuple[str, ...]]:
    """What the server would keep, and what it warns of. Raises ObjectRefused, and NotNow."""
    namespace, name = place_of(manifest)
    query = {"fieldManager": MANAGER, "fieldValidation": "Strict", "force": "false"}
    for _ in range(2):
        body = _at_any_version(body_of(manifest, digest, seen)) if seen is not None else body_of(manifest, digest, None)
        try:
            return await watches.connection.dry_run("PATCH", kind.path(namespace, name), query, body, APPLY)
        except ApiRefused as refused:
            if refused.is_unserved:
                raise not_served(kind, name) from refused
            if not refused.is_stale:
                raise as_port_says(refused, kind.name, name) from refused
        seen = await watches.read(kind, namespace, name)
        if seen is not None and not belongs(manifest, seen.object):
            check = "an object of this name belongs to somebody else"
            raise ObjectRefused(kind.name, name, ".", check)
    message = f"{kind.name} {name} changes while it is looked at"
    raise NotNow(message)


def _at_any_version(body: Object) -> Object:
    """Nothing is kept, so nothing newer can be overwritten: whatever version of this very object is there will do."""
    return {**body, "metadata": {name: one for name, one in body["metadata"].items() if name != "resourceVersion"}}


async def absent_namespaces(watches: Watches, objects: Sequence[Object]) -> frozenset[str]:
    """The namespaces of these objects that are not there; those the deployer is given one by one are not asked for."""
    if watches.reach.namespaces:
        return frozenset()
    named = {str(one["metadata"]["namespace"]) for one in objects if one["metadata"].get("namespace")}
    unseen = [one for one in named if watches.of(NAMESPACE).get("", one) is None]
    read = await asyncio.gather(*(watches.read(NAMESPACE, "", one) for one in unseen))
    return frozenset(name for name, found in zip(unseen, read, strict=True) if found is None)


async def _quotas(watches: Watches, objects: Sequence[Object], absent: frozenset[str]) -> list[Object]:
    """Every ResourceQuota of the objects' namespace, also those that others made."""
    named = {str(one["metadata"]["namespace"]) for one in objects if one["metadata"].get("namespace")} - absent
    found: list[Object] = []
    for namespace in named:
        try:
            page: Mapping[str, Any] = await watches.connection.request("GET", RESOURCE_QUOTA.path(namespace))
        except ApiRefused as refused:
            raise as_port_says(refused, RESOURCE_QUOTA.name, namespace) from refused
        found += page["items"]
    return found


def _pruned(
    watches: Watches, deployment: str, objects: Sequence[Object], inventory: Object | None, there: Seen | None
) -> list[Object]:
    """What the inventory owns and would no longer list."""
    if inventory is None or there is None:
        return []
    names, declared = listed(inventory), {(one["kind"], *place_of(one)) for one in objects}
    found = [(kind, seen.object) for kind, seen in watches.of_deployment(deployment) if kind.written]
    return [
        one
        for kind, one in found
        if (kind.name, *key_of(one["metadata"])) not in declared
        and there.uid in owners_of(one)
        and entry_of(one) not in names
    ]


def _seen(watches: Watches, manifest: Object) -> Seen | None:
    kind = kind_of(manifest["apiVersion"], manifest["kind"], manifest["metadata"]["name"])
    return watches.of(kind).get(*place_of(manifest))


def _objection(refused: ObjectRefused) -> Objection:
    return Objection(refused.field, refused.message)
