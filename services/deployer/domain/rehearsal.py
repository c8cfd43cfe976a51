"""What a cluster says of objects that it was shown and did not keep. `foreseen.py` makes a plan of it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

Object = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Objection:
    """Why an object would not be taken: the field (`.` for the whole) and the cluster's sentence."""

    field: str
    message: str


@dataclass(frozen=True, slots=True)
class Rehearsed:
    """One object. `before` is what is there, `after` what would be, as the cluster would keep it.

    `asked` is False where its namespace is not there yet: then nobody could say what admission would.
    """

    wanted: Object
    before: Object | None
    after: Object
    objection: Objection | None = None
    asked: bool = True


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """All of them, in their order.

    `removed` would be pruned; `quotas` are the ResourceQuotas of the namespace with their `status.used`; `warnings`
    are the cluster's sentences.
    """

    objects: tuple[Rehearsed, ...]
    removed: tuple[Object, ...] = ()
    quotas: tuple[Object, ...] = ()
    warnings: tuple[str, ...] = ()
