"""Shows a broken edit of the policies to operators: a reason on `/ready`, and one line in the log.

The service goes on deciding by the last good set meanwhile (`policy_folder.py`).
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager

import structlog

from chassis.health import Readiness
from chassis.run import Running
from services.compliance.adapters.files.policy_folder import PolicyFolder

log = structlog.get_logger(__name__)

_SECONDS = 1.0
PART = "policies"


def show_problems(policies: PolicyFolder) -> Callable[[Running], AbstractAsyncContextManager[None]]:
    """A part for `chassis.run` that keeps readiness true to the policies' state."""

    @asynccontextmanager
    async def showing(running: Running) -> AsyncIterator[None]:
        task = asyncio.create_task(_watch(policies, running.readiness))
        try:
            yield
        finally:
            task.cancel()

    return showing


async def _watch(policies: PolicyFolder, readiness: Readiness) -> None:
    shown: str | None = None
    while True:
        if policies.problem != shown:
            shown = policies.problem
            tell(shown, readiness)
        await asyncio.sleep(_SECONDS)


def tell(problem: str | None, readiness: Readiness) -> None:
    """Set or clear the reason, and log it."""
    if problem is None:
        readiness.clear(PART)
        log.info("the policies can be read again")
    else:
        readiness.set(PART, f"the policies have an error: {problem}")
        log.error("the policies have an error", problem=problem)
