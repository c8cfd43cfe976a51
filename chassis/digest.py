"""A read model's digest: what two copies of it have in common if and only if they say the same.

In it: the fold's version and each document, by `_id`, as canonical JSON. Not in it: `revision` and `cursors`, which
depend on how often and in which order events were delivered. Two digests are equal when the same events were folded
by the same fold, whatever happened on the way: another order of writers, repeats, a rebuild, a restart (rule 9).
"""

import hashlib
import json
from collections.abc import Mapping
from datetime import datetime
from typing import Any

NOT_SAID = frozenset({"revision", "cursors"})


class Digest:
    """SHA-256 over documents in the order of their ids, one at a time."""

    def __init__(self, name: str, fold: int) -> None:
        self.name = name
        self.fold = fold
        self.documents = 0
        self._hash = hashlib.sha256(f"{name} {fold}\n".encode())

    def add(self, document: Mapping[str, Any]) -> None:
        """The next document. Raises TypeError for a value that no fold may make."""
        self._hash.update(canonical({k: v for k, v in document.items() if k not in NOT_SAID}) + b"\n")
        self.documents += 1

    @property
    def text(self) -> str:
        """In hexadecimal."""
        return self._hash.hexdigest()


def over_all(digests: Mapping[str, str]) -> str:
    """One digest over those of several models, by their names."""
    lines = "".join(f"{name} {digest}\n" for name, digest in sorted(digests.items()))
    return hashlib.sha256(lines.encode()).hexdigest()


def canonical(value: Any) -> bytes:
    """JSON in one way only: keys sorted, no spaces, UTF-8."""
    return json.dumps(
        value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False, default=_plain
    ).encode()


def _plain(value: object) -> str:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, bytes):
        return value.hex()
    message = f"a document can't hold a {type(value).__name__}"
    raise TypeError(message)
