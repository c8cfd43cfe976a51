"""What differs between an object as it is declared and as it was found, field by field. Pure.

Whatever was found beside what is declared (defaults, statuses, what others added) is no difference, unless `whole` asks
for it. Items of a list are the same by what names them, as server-side apply has it; a list whose items have no name
is one's own as a whole. Amounts are compared as they are written.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import orjson

from services.deployer.domain.hidden import CUT

LONGEST_PATH = 200
LONGEST_VALUE = 120
"""Characters of a value that are told: enough to recognise it."""

_NAMES = ("name", "containerPort", "port", "mountPath", "topologyKey", "uid", "ip", "type")
"""What tells the items of a list apart, by the schemas of the kinds that are applied; the first that all have counts.

`type` names conditions and metrics."""


@dataclass(frozen=True, slots=True)
class Difference:
    """One field: what was declared and what was found, None where there is nothing.

    `path` names items of lists: `.spec.template.spec.containers[app].image`.
    """

    path: str
    declared: Any
    found: Any

    @property
    def told(self) -> tuple[str, str | None, str | None]:
        """The path and both values as short texts."""
        return cut(self.path, LONGEST_PATH), as_text(self.declared), as_text(self.found)


def differences(
    declared: Mapping[str, Any], found: Mapping[str, Any], *, whole: bool = False, path: str = ""
) -> Iterator[Difference]:
    """The fields of `declared` that are otherwise in `found`; with `whole` also those that only `found` has."""
    for name, value in declared.items():
        yield from _of_field(value, found.get(name), f"{path}.{name}", whole=whole)
    if whole:
        for name in found.keys() - declared.keys():
            yield Difference(f"{path}.{name}", None, found[name])


def name_of(items: Iterable[Any], number: int) -> str:
    """How one item of a list is called in a path: by what tells the items apart, else by its number."""
    every = list(items)
    key = _key(every)
    return f"[{number}]" if key is None else f"[{every[number][key]}]"


def as_text(value: Any) -> str | None:
    """A value in short; None when there is none."""
    if value is None:
        return None
    return cut(value if isinstance(value, str) else orjson.dumps(value).decode(), LONGEST_VALUE)


def cut(text: str, longest: int) -> str:
    """A text that is no longer than this."""
    return text if len(text) <= longest else text[: longest - 1] + CUT


def _of_field(declared: Any, found: Any, path: str, *, whole: bool) -> Iterator[Difference]:
    if isinstance(declared, Mapping) and isinstance(found, Mapping):
        yield from differences(declared, found, whole=whole, path=path)
    elif isinstance(declared, list) and isinstance(found, list) and declared:
        yield from _of_list(declared, found, path, whole=whole)
    elif declared != found and (declared or found):
        # An empty map or list and none at all are the same to an API server.
        yield Difference(path, declared, found)


def _of_list(declared: list[Any], found: list[Any], path: str, *, whole: bool) -> Iterator[Difference]:
    key = _key(declared)
    if key is None:
        if len(declared) != len(found):
            yield Difference(path, declared, found)
            return
        for number, (item, there) in enumerate(zip(declared, found, strict=True)):
            yield from _of_field(item, there, f"{path}[{number}]", whole=whole)
        return
    there = {item[key]: item for item in found if isinstance(item, Mapping) and key in item}
    for item in declared:
        yield from _of_field(item, there.pop(item[key], None), f"{path}[{item[key]}]", whole=whole)
    if whole:
        for name, item in there.items():
            yield Difference(f"{path}[{name}]", None, item)


def _key(items: list[Any]) -> str | None:
    """What tells the items apart: a field that each has, with another plain value in each."""
    if not items or not all(isinstance(item, Mapping) for item in items):
        return None
    for name in _NAMES:
        values = [item.get(name) for item in items]
        if all(isinstance(value, str | int) for value in values) and len(set(values)) == len(values):
            return name
    return None
