"""Which fields of an object are ours, by what the API server keeps of server-side apply (`metadata.managedFields`).

Whoever changes a field by another way takes it from us. So when all we declare is still on our list, nothing of it was
changed or taken away, whatever defaults and notations the server adds. Pure; `declared.py` and `drifting.py` ask.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import orjson

from services.deployer.adapters.kubernetes.trimmed import is_ours
from services.deployer.domain.difference import name_of

_UNTRACKED = ("apiVersion", "kind", "status")
_UNTRACKED_METADATA = ("name", "namespace", "uid", "resourceVersion", "generation", "creationTimestamp")

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

Fields = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Writer:
    """A field manager, and when it wrote last; None where the server does not keep that."""

    manager: str
    at: datetime | None


def not_ours(manifest: Mapping[str, Any], found: Mapping[str, Any]) -> Iterator[str]:
    """The paths of what is declared and no longer on our list."""
    entry = next((one for one in found["metadata"].get("managedFields") or () if is_ours(one)), None)
    yield from _not_on(entry["fieldsV1"] if entry is not None else {}, manifest)


def last_writer(manifest: Mapping[str, Any], found: Mapping[str, Any], taken: Collection[str]) -> Writer | None:
    """Who wrote one of these declared fields last; None when nobody says to have them.

    A field that was taken away is on nobody's list. What was written by the door for scaling has no time, and counts as
    the newest: an update takes a field from whoever had it.
    """
    writers = []
    for entry in found["metadata"].get("managedFields") or ():
        if is_ours(entry) or "fieldsV1" not in entry:
            continue
        missing = tuple(_not_on(entry["fieldsV1"], manifest))
        if any(not any(within(path, one) for one in missing) for path in taken):
            at = datetime.fromisoformat(entry["time"]) if entry.get("time") else None
            writers.append(Writer(str(entry.get("manager") or ""), at))
    return max(writers, key=lambda one: (one.at is None, one.at or _LONG_AGO), default=None)


def within(path: str, other: str) -> bool:
    """Whether a path is another one, or lies below it."""
    return path == other or (path.startswith(other) and path[len(other)] in ".[")


def _not_on(fields: Fields, manifest: Mapping[str, Any]) -> Iterator[str]:
    metadata = {name: value for name, value in manifest["metadata"].items() if name not in _UNTRACKED_METADATA}
    tracked = {name: value for name, value in manifest.items() if name not in _UNTRACKED}
    yield from _missing(fields, {**tracked, "metadata": metadata}, "")


def _missing(fields: Fields, declared: Mapping[str, Any], path: str) -> Iterator[str]:
    for name, value in declared.items():
        below, here = fields.get(f"f:{name}"), f"{path}.{name}"
        if below is None:
            yield here
        elif isinstance(value, Mapping) and _names_fields(below):
            yield from _missing(below, value, here)
        elif isinstance(value, list):
            yield from _missing_items(below, value, here)


def _missing_items(fields: Fields, items: list[Any], path: str) -> Iterator[str]:
    """A list is owned as a whole, unless its items are told apart by a key or by their value."""
    keyed = [(orjson.loads(name[2:]), below) for name, below in fields.items() if name.startswith("k:")]
    values = [orjson.loads(name[2:]) for name in fields if name.startswith("v:")]
    for number, item in enumerate(items):
        here = f"{path}{name_of(items, number)}"
        if values:
            if item not in values:
                yield here
        elif keyed and isinstance(item, Mapping):
            below = next((below for key, below in keyed if _has_key(item, key)), None)
            if below is None:
                yield here
            elif _names_fields(below):
                yield from _missing(below, item, here)


def _has_key(item: Mapping[str, Any], key: Mapping[str, Any]) -> bool:
    """Whether an item is the one with this key; a part of the key that it leaves to the server's default fits any."""
    return all(name not in item or item[name] == value for name, value in key.items())


def _names_fields(below: Fields) -> bool:
    return any(name.startswith("f:") for name in below)
