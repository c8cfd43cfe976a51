"""What was asked and what is free, drawn to one scale.

Before it: `DeploymentFailed` with amounts as Kubernetes writes them. After it: `shortage.html`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from services.gateway.locales.texts import Texts, Value

# Kubernetes quantities: binary and decimal suffixes (apimachinery, resource.Quantity).
_SUFFIXES: Mapping[str, Decimal] = {
    "": Decimal(1),
    "m": Decimal("0.001"),
    "k": Decimal(10) ** 3,
    "M": Decimal(10) ** 6,
    "G": Decimal(10) ** 9,
    "T": Decimal(10) ** 12,
    "Ki": Decimal(2) ** 10,
    "Mi": Decimal(2) ** 20,
    "Gi": Decimal(2) ** 30,
    "Ti": Decimal(2) ** 40,
}
_QUANTITY = re.compile(r"([0-9]{1,20}(?:\.[0-9]{1,9})?)(m|k|[MGT]|[KMGT]i|)")
_RESOURCES = {"cpu": "cpu", "memory": "memory", "ephemeral-storage": "storage", "storage": "storage", "pods": "pods"}
_BYTES = frozenset({"memory", "storage"})


@dataclass(frozen=True)
class Shortage:
    """Both amounts in the resource's own unit: bytes, cores, or a count."""

    resource: str
    """memory, cpu, storage, gpu, pods, or other."""
    asked: Decimal
    free: Decimal

    @property
    def share_free(self) -> float:
        """How much of the drawing the free amount takes, as a percentage."""
        return _share(self.free, self)

    @property
    def share_asked(self) -> float:
        """How much of the drawing the asked amount takes, as a percentage."""
        return _share(self.asked, self)

    def words(self, amount: Decimal, texts: Texts) -> str:
        """An amount with its unit, in the reader's language."""
        if self.resource in _BYTES:
            return texts.size(int(amount))
        return texts.cores(int(amount * 1000)) if self.resource == "cpu" else texts.number(float(amount))


def shortage_of(params: Mapping[str, Value]) -> Shortage | None:
    """The shortage in a failure's parameters: asked and free, or asked against a limit already partly used."""
    asked, free = read_quantity(params.get("asked")), read_quantity(params.get("free"))
    limit, used = read_quantity(params.get("limit")), read_quantity(params.get("used"))
    if free is None and limit is not None and used is not None:
        free = max(limit - used, Decimal(0))
    if asked is None or free is None:
        return None
    return Shortage(_kind(str(params.get("resource", ""))), asked, free)


def read_quantity(value: Value | None) -> Decimal | None:
    """A Kubernetes quantity as a number; None when it is not one."""
    found = _QUANTITY.fullmatch(str(value)) if value is not None else None
    return Decimal(found[1]) * _SUFFIXES[found[2]] if found else None


def _kind(resource: str) -> str:
    name = resource.removeprefix("requests.").removeprefix("limits.")
    return "gpu" if name.endswith("/gpu") else _RESOURCES.get(name, "other")


def _share(amount: Decimal, shortage: Shortage) -> float:
    most = max(shortage.asked, shortage.free, Decimal(1))
    return round(float(98 * amount / most), 2)
