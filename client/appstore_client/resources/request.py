"""Sends a request that changes something: under a key of its own, answered with the operation that follows it."""

import uuid
from collections.abc import Mapping
from typing import Any

from appstore_client.models.operation import Operation
from appstore_client.transport import Call, Transport

LONGEST_WAIT = 60
"""Seconds the API waits at most (`Prefer: wait`)."""


async def request(
    transport: Transport,
    method: str,
    path: str,
    body: Mapping[str, Any] | None,
    *,
    wait: float,
    key: str | None,
) -> Operation:
    """Return the operation, ended if it could be within `wait` seconds; a repeat under one `key` changes nothing."""
    call = Call(
        method,
        path,
        body=body,
        idempotency_key=key or str(uuid.uuid4()),
        wait=max(0, min(int(wait), LONGEST_WAIT)),
    )
    return Operation.read(await transport.send(call))
