"""Kubernetes quantities as whole numbers, and back as people write them: CPU in millicores, memory in KiB."""

_KIBIBYTES = {"Ki": 1, "Mi": 1024, "Gi": 1024**2, "Ti": 1024**3}
_THOUSAND = 1000
KIBIBYTES_PER_MEBIBYTE = 1024


def millicores(quantity: str) -> int:
    """`500m` or `1.5` in thousandths of a core."""
    return int(quantity[:-1]) if quantity.endswith("m") else round(float(quantity) * _THOUSAND)


def kibibytes(quantity: str) -> int:
    """`512Mi` or `8Gi` in KiB. Raises KeyError for another unit."""
    return int(quantity[:-2]) * _KIBIBYTES[quantity[-2:]]


def cpu_text(amount: int) -> str:
    """Millicores as Kubernetes writes them: `1500m`, `2`."""
    return f"{amount}m" if amount % _THOUSAND else str(amount // _THOUSAND)


def memory_text(amount: int) -> str:
    """KiB in the largest unit that divides it: `500Gi`."""
    for unit in ("Ti", "Gi", "Mi"):
        if amount and amount % _KIBIBYTES[unit] == 0:
            return f"{amount // _KIBIBYTES[unit]}{unit}"
    return f"{amount}Ki" if amount else "0"
