"""The same Idempotency-Key with the same body is the same request; with another body it is a mistake to be told about.

A route asks first, so that a repeat is answered whatever changed since; `submit` asks again inside its transaction, so
that of two at once only one becomes an operation.
"""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta

from chassis.ledger import Motion
from chassis.mongo import Document
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
    plain: str = ""
    """The fingerprint without a secret, as releases before 0.2 stored it."""

    @property
    def id(self) -> str:
        """Where it is stored: a hash, because a key may hold anything."""
        return hashlib.sha256(f"{self.person}\n{self.key}".encode()).hexdigest()


def fingerprint(method: str, path: str, body: bytes, secret: bytes = b"") -> str:
    """What two requests have in common when they are the same.

    With `secret`, because a body may hold somebody's password: nobody can hold guesses against what is stored.
    """
    content = b"\n".join((method.encode(), path.encode(), body))
    return (hmac.new(secret, content, hashlib.sha256) if secret else hashlib.sha256(content)).hexdigest()


def operation_of(stored: Document | None, key: RequestKey) -> str | None:
    """The operation a stored key stands for. Raises IdempotencyKeyReused when it was sent with something else."""
    if stored is None:
        return None
    if stored["fingerprint"] not in {key.fingerprint, key.plain}:
        raise IdempotencyKeyReused(key=key.key)
    return str(stored["operation"])


async def earlier_operation(motion: Motion, key: RequestKey) -> str | None:
    """The operation this key stands for, if any, as the transaction sees it. Raises IdempotencyKeyReused."""
    return operation_of(await motion.collection(KEYS).get(key.id), key)


def remember(motion: Motion, key: RequestKey, operation: str, now: datetime) -> None:
    """This key now stands for this operation."""
    document = {"_id": key.id, "fingerprint": key.fingerprint, "operation": operation, "until": now + KEPT}
    motion.at_the_end.insert(KEYS, document)
