"""Kubernetes quantities as numbers, and back as people write them. Pure."""

from decimal import Decimal

_POWERS = {"m": -1, "": 0, "k": 1, "M": 2, "G": 3, "T": 4, "P": 5, "E": 6}
_UNITS = ("Ti", "Gi", "Mi", "Ki")
_IN_BYTES = ("memory", "storage")
_KIBI, _MILLI = Decimal(1024), 1000


def amount(quantity: str) -> Decimal:
    """A Kubernetes quantity as a number: `500m` is 0.5, `1Ki` is 1024, `1e3` is 1000."""
    number = quantity.rstrip("mkKMGTPEi")
    suffix = quantity[len(number) :]
    if suffix.endswith("i"):
        return Decimal(number) * Decimal(1024) ** _POWERS["k" if suffix == "Ki" else suffix[0]]
    return Decimal(number) * Decimal(1000) ** _POWERS[suffix]


def written(resource: str, found: Decimal) -> str:
    """An amount as Kubernetes writes it: bytes in the largest unit that divides them, else thousandths or a number."""
    if resource.rpartition(".")[2] in _IN_BYTES:
        return _bytes(found)
    thousandths = int(found * _MILLI)
    return f"{thousandths}m" if thousandths % _MILLI else str(thousandths // _MILLI)


def _bytes(found: Decimal) -> str:
    for power, unit in zip((4, 3, 2, 1), _UNITS, strict=True):
        whole = found / _KIBI**power
        if whole and whole == int(whole):
            return f"{int(whole)}{unit}"
    return str(int(found))
