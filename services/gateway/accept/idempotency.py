"""The same Idempotency-Key with the same body is the same request; with another body it is a mistake to be told about.

`submit` asks here inside its transaction, so of two at once only one becomes an operation.
"""

import hashlib
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.ledger import Motion
from contracts.refusals import Refusal

KEYS = "idempotency_keys"
KEPT = timedelta(hours=48)


class IdempotencyKeyReused(Refusal):
    """The key was used before with another request."""

    code = "idempotency-key-reused"


@dataclass(frozen=True)
class RequestKey:
    """A key as one person used it, and the fingerprint of what they sent with it."""

    person: str
    key: str
    fingerprint: str

    @property
    def id(self) -> str:
        """Where it is stored: a hash, because a key may hold anything."""
        return hashlib.sha256(f"{self.person}\n{self.key}".encode()).hexdigest()


def fingerprint(method: str, path: str, body: bytes) -> str:
    """What two requests have in common when they are the same."""
    return hashlib.sha256(b"\n".join((method.encode(), path.encode(), body))).hexdigest()


async def earlier_operation(motion: Motion, key: RequestKey) -> str | None:
    """The operation this key stands for, if any. Raises IdempotencyKeyReused when it was sent with something else."""
    found = await motion.collection(KEYS).get(key.id)
    if found is None:
        return None
    if found["fingerprint"] != key.fingerprint:
        raise IdempotencyKeyReused(key=key.key)
    return str(found["operation"])


async def remember(motion: Motion, key: RequestKey, operation: str, now: datetime) -> None:
    """This key now stands for this operation."""
    document = {"_id": key.id, "fingerprint": key.fingerprint, "operation": operation, "until": now + KEPT}
    await motion.collection(KEYS).insert(document)
