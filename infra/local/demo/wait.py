"""Waits for what the demo asked for: an operation that ends, or something that becomes true."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import aclosing
from typing import TypeVar

from appstore_client.follow import follow_operation
from appstore_client.models import Operation

from infra.local.demo.people import SignedInPerson
from infra.local.demo.step import UnexpectedError, say

LONGEST = 3600.0
"""Seconds an operation is followed at most; the deadline of the step comes first."""
LOOK = 0.2
"""Seconds between two looks at what must become true."""
Found = TypeVar("Found")


async def follow(person: SignedInPerson, operation: Operation) -> Operation:
    """Show every event of the operation until it has ended, and return it as it ended."""
    last = operation
    async with aclosing(follow_operation(person.store, operation, within=LONGEST)) as steps:
        async for step in steps:
            if isinstance(step, Operation):
                last = step
            else:
                seconds = (step.time - operation.requested_at).total_seconds()
                say(f"   {max(seconds, 0):6.2f} s  {step.service:<11} {step.sentence or step.event}")
    return last


async def succeed(person: SignedInPerson, operation: Operation) -> Operation:
    """Follow the operation; raises `UnexpectedError` when it does not succeed."""
    ended = await follow(person, operation)
    if ended.status != "succeeded":
        why = f": {ended.problem.title} {ended.problem.detail or ''}".rstrip() if ended.problem else ""
        message = f"the operation {ended.kind} ended {ended.status}{why}"
        raise UnexpectedError(message)
    return ended


async def until(look: Callable[[], Awaitable[Found]], holds: Callable[[Found], bool]) -> Found:
    """Look until it holds; the deadline is the step's."""
    while not holds(found := await look()):  # noqa: ASYNC110 - what becomes true is behind HTTP
        await asyncio.sleep(LOOK)
    return found
