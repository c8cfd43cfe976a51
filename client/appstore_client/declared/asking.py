"""Asks what a plan says, a bounded number at a time, and waits for the ends when somebody wants to know them.

Before it: `plan`, and the values of `secrets`. Each step has one outcome; what could not be asked takes nothing away.
"""

import asyncio
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from appstore_client.app_store import AppStore
from appstore_client.declared.declaration import Key
from appstore_client.declared.plan import Action, Step
from appstore_client.models.operation import Operation
from appstore_client.outgoing import NotSent, Outgoing
from appstore_client.problem import Problem, is_away

AT_ONCE = 8
"""Requests under way at the same moment."""
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 2.0
"""Seconds between two looks at an operation."""
OPEN = frozenset({"accepted", "waiting", "awaiting-approval", "running", "held"})
"""How a deployment stands whose newest request did not end."""
NOTHING_TO_CHANGE = "nothing-to-change"


@dataclass(frozen=True)
class Outcome:
    """What became of a step: the operation, why it could not be asked, or the request that was only shown."""

    step: Step
    operation: Operation | None = None
    problem: Problem | None = None
    shown: Outgoing | None = None


class Asking:
    """Asks with one store, for one source."""

    def __init__(self, store: AppStore, source: str | None, secrets: Mapping[Key, Mapping[str, str | None]]) -> None:
        self._store = store
        self._source = source
        self._secrets = secrets
        self._at_once = asyncio.Semaphore(AT_ONCE)

    async def ask(self, steps: Sequence[Step]) -> list[Outcome]:
        """Ask every step; what is taken away comes last, and only when everything else could be asked."""
        first = [one for one in steps if one.action is not Action.REMOVE]
        outcomes = await asyncio.gather(*map(self._outcome, first))
        if any(one.problem is not None for one in outcomes):
            return outcomes
        last = [one for one in steps if one.action is Action.REMOVE]
        return [*outcomes, *await asyncio.gather(*map(self._outcome, last))]

    async def wait(self, outcomes: Sequence[Outcome], within: float) -> list[Outcome]:
        """Return the outcomes with their operations as they ended, or stand after so many seconds.

        What was asked before and is under way still is waited for too.
        """
        deadline = time.monotonic() + within
        return await asyncio.gather(*(self._ended(one, deadline) for one in outcomes))

    async def ask_one(self, step: Step) -> Operation:
        """Ask one step; raises `Problem`, and `NotSent` when it is only to be shown."""
        deployments, declared, found = self._store.deployments, step.declared, step.found
        if declared is None:
            return await deployments.remove(found.id if found else "")
        secrets = self._secrets.get(step.key, {})
        if step.action is Action.CHANGE and found is not None:
            return await deployments.declare(
                found.id,
                version=declared.version,
                parameters=declared.parameters,
                secrets=secrets,
                replicas=declared.replicas,
                declared_by=self._source,
            )
        return await deployments.request(
            declared.app,
            environment=declared.environment,
            version=declared.version,
            team=declared.team,
            name=declared.name,
            parameters=declared.parameters,
            secrets={name: value for name, value in secrets.items() if value is not None},
            replicas=declared.replicas,
            declared_by=self._source,
        )

    async def _outcome(self, step: Step) -> Outcome:
        if not step.asks:
            return Outcome(step)
        async with self._at_once:
            try:
                return Outcome(step, operation=await self.ask_one(step))
            except NotSent as not_sent:
                return Outcome(step, shown=not_sent.request)
            except Problem as problem:
                if problem.code == NOTHING_TO_CHANGE:
                    return Outcome(replace(step, action=Action.SAME, differences=()))
                return Outcome(step, problem=problem)

    async def _ended(self, outcome: Outcome, deadline: float) -> Outcome:
        operation, pause = outcome.operation or await self._under_way(outcome.step), FIRST_PAUSE
        while operation is not None and not operation.ended and time.monotonic() < deadline:
            await asyncio.sleep(min(pause, max(deadline - time.monotonic(), 0)))
            pause = min(pause * 2, LONGEST_PAUSE)
            async with self._at_once:
                try:
                    operation = await self._store.operations.get(operation.id)
                except Problem as problem:
                    if not is_away(problem):
                        raise
        return replace(outcome, operation=operation)

    async def _under_way(self, step: Step) -> Operation | None:
        found = step.found
        if step.action is not Action.SAME or found is None or found.status not in OPEN or not found.operations:
            return None
        async with self._at_once:
            return await self._store.operations.get(found.operations[-1])
