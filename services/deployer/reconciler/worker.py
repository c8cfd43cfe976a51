"""The workers that empty the queue: one reconcile each, then what its outcome says.

`reconcile` is one turn of `reconcile_deployment` (turn.py). A failure of any kind is never the end: it is
logged, and the name comes back after a growing wait.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

from chassis import telemetry
from chassis.errors import NotNow
from services.deployer.reconciler.backoff import Backoff
from services.deployer.reconciler.outcome import AgainAfter, Done, GiveUp, Outcome, TryAgain
from services.deployer.reconciler.queue import KeyedQueue

log = structlog.get_logger(__name__)

SOONEST_SECONDS = 0.02
"""A look at a moment that is just about to come waits at least so long, so that it is past then."""

_WORDS: dict[type[Outcome], str] = {
    Done: "done",
    AgainAfter: "again-after",
    TryAgain: "try-again",
    GiveUp: "give-up",
}
Reconcile = Callable[[str], Awaitable[Outcome]]


class Workers:
    """Bounded parallelism over one queue."""

    def __init__(
        self,
        queue: KeyedQueue,
        reconcile: Reconcile,
        *,
        at_once: int,
        backoff: Backoff | None = None,
    ) -> None:
        self._queue = queue
        self._reconcile = reconcile
        self._at_once = at_once
        self._backoff = backoff or Backoff()
        self._failures: dict[str, int] = {}

    async def run(self) -> None:
        """Work until cancelled."""
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(self._at_once):
                    group.create_task(self._work())
        finally:
            self._queue.close()

    async def _work(self) -> None:
        while True:
            name = await self._queue.take()
            outcome: Outcome = TryAgain("stopped")
            try:
                outcome = await self._reconcile(name)
            except NotNow as reason:
                outcome = TryAgain(str(reason))
            except Exception as error:
                log.exception("reconcile failed", deployment=name)
                outcome = TryAgain(type(error).__name__)
            finally:
                self._after(name, outcome, woken=self._queue.put_back(name))

    def _after(self, name: str, outcome: Outcome, *, woken: bool) -> None:
        telemetry.RECONCILES.labels(_WORDS[type(outcome)]).inc()
        if isinstance(outcome, TryAgain):
            self._failures[name] = self._failures.get(name, 0) + 1
            seconds = self._backoff.seconds(self._failures[name])
            log.warning("reconcile to be tried again", deployment=name, reason=outcome.reason, seconds=seconds)
        else:
            self._failures.pop(name, None)
            seconds = max(outcome.seconds, SOONEST_SECONDS) if isinstance(outcome, AgainAfter) else 0
        if isinstance(outcome, GiveUp):
            log.warning("reconcile given up until woken", deployment=name, reason=outcome.reason)
        if not woken and not isinstance(outcome, Done | GiveUp):
            self._queue.wake_after(name, seconds)
