"""Start the parts of a stack in order, keep them alive, and stop them in reverse.

`up` builds one from the `parts`. It writes what happens to the run record and says it in plain lines. Every part has
a keeper, a task that starts it, waits until it is ready, and starts it again when it dies; `deaths` decides how long
that waits and when it gives up.
"""

import asyncio
import signal
import time
from collections.abc import Callable, Coroutine, Sequence
from typing import Any

from infra.local.child import Child
from infra.local.chronicle import Chronicle, Say
from infra.local.deaths import DEATHS_TO_STOP, WINDOW, Deaths
from infra.local.home import Home
from infra.local.part import EPOCH_CHANGED, LEDGER_SHORT, Part, Stage
from infra.local.ready import Facts, NotReady
from infra.local.run_record import DEAD, DONE, READY, REFUSED, STARTING, STOPPED, STOPPING, RunRecord

POLL = 0.05  # seconds between two looks at a part that is starting
FIRST_START = 90.0  # seconds within which a part must be ready the first time


class Supervisor:
    """One running stack. `run` returns the exit code: 0 when asked to stop, 1 when it gave up."""

    def __init__(self, stages: Sequence[Stage], home: Home, record: RunRecord, say: Say) -> None:
        """Prepare to start `stages`, keeping `record` true in `home`."""
        self._stages = stages
        self._deaths = {part.name: Deaths() for stage in stages for part in stage.parts}
        self._ready = {name: asyncio.Event() for name in self._deaths}
        self._children: dict[str, Child] = {}
        self._missed: set[str] = set()
        self._keepers: dict[str, asyncio.Task[None]] = {}
        self._starting: asyncio.Task[None] | None = None
        self._outcome: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        self._chronicle = Chronicle(home, record, self._deaths, say)
        self.on_first_ready: Callable[[], None] | None = None

    async def run(self) -> int:
        """Keep the stack running until `stop` is called or a part dies too often."""
        self._starting = self._task(self._start_from(0))
        try:
            return await self._outcome
        finally:
            self._chronicle.stack_is(STOPPING)
            await self._stop_from(0)
            self._chronicle.close()

    def stop(self) -> None:
        """Ask for an orderly end; safe to call again."""
        self._end(0)

    # Stages

    async def _start_from(self, index: int) -> None:
        for position, stage in enumerate(self._stages[index:], start=index):
            began = time.monotonic()
            for part in stage.parts:
                self._keepers[part.name] = self._task(self._keep(position, part))
            if not await self._all_ready(stage):
                return
            self._chronicle.stage_ready(stage.name, began)
        self._chronicle.everything_ready()
        if self.on_first_ready is not None:
            self.on_first_ready()
            self.on_first_ready = None
        self._chronicle.stack_is(READY)

    async def _all_ready(self, stage: Stage) -> bool:
        try:
            async with asyncio.timeout(FIRST_START):
                for part in stage.parts:
                    await self._ready[part.name].wait()
        except TimeoutError:
            late = [part.name for part in stage.parts if not self._ready[part.name].is_set()]
            for name in late:
                self._chronicle.show(
                    name, f"not ready within {FIRST_START:.0f} s: {self._chronicle.record.parts[name].reason}"
                )
            self._end(1)
            return False
        return True

    async def _stop_from(self, index: int) -> None:
        await _cancel([self._starting])
        for stage in reversed(self._stages[index:]):
            await _cancel([self._keepers.pop(part.name, None) for part in stage.parts])
            await asyncio.gather(*(self._stop_part(part) for part in stage.parts))

    async def _stop_part(self, part: Part) -> None:
        self._ready[part.name].clear()
        child = self._children.get(part.name)
        if child is not None:
            self._chronicle.note(part.name, state=STOPPING)
            await child.stop(part.stop_within)
            del self._children[part.name]
        self._chronicle.note(part.name, state=STOPPED, pid=0)

    # One part

    async def _keep(self, position: int, part: Part) -> None:
        rest_is_down = False
        while True:
            child = await self._begin(part)
            ready = await self._becomes_ready(part, child)
            if ready and part.ready is None:
                return
            if ready and rest_is_down:
                rest_is_down = False
                self._chronicle.begin_again()
                self._starting = self._task(self._start_from(position + 1))
            code = await child.ended()
            self._ready[part.name].clear()
            state, reason = (REFUSED, _what_to_do(part.name)) if code == LEDGER_SHORT else (DEAD, _how_it_ended(code))
            self._chronicle.note(part.name, state=state, pid=0, reason=reason)
            await self._mourn(part, child, code)
            if ready and self._stages[position].carries_the_rest:
                rest_is_down = True
                self._chronicle.stack_is(STARTING)
                self._chronicle.say(f"  without the {part.name} the rest stops, and starts again with it")
                await self._stop_from(position + 1)
            await asyncio.sleep(self._deaths[part.name].delay())

    async def _begin(self, part: Part) -> Child:
        child = await Child.start(part.command, part.environment, self._chronicle.log_of(part.name))
        self._children[part.name] = child
        self._chronicle.note(part.name, state=STARTING, pid=child.pid, started=child.started)
        return child

    async def _becomes_ready(self, part: Part, child: Child) -> bool:
        if part.ready is None:
            done = await child.ended() == 0
            if done:
                self._is_ready(part, child, {}, DONE)
            return done
        while not await child.ends_within(0):
            try:
                facts = await part.ready()
            except NotReady as reason:
                self._chronicle.record.parts[part.name].reason = str(reason)
                await child.ends_within(POLL)
            else:
                self._is_ready(part, child, facts, READY)
                return True
        return False

    def _is_ready(self, part: Part, child: Child, facts: Facts, state: str) -> None:
        self._ready[part.name].set()
        record = self._chronicle.record
        record.cluster_id = facts.get("cluster_id", record.cluster_id)
        if part.name in self._missed:
            self._missed.discard(part.name)
            self._chronicle.say(f"  {part.name:<12} ready again after {child.lived:.1f} s")
        self._chronicle.note(part.name, state=state, pid=0 if state == DONE else child.pid, reason="")

    async def _mourn(self, part: Part, child: Child, code: int) -> None:
        deaths = self._deaths[part.name]
        self._children.pop(part.name, None)
        self._missed.add(part.name)
        self._chronicle.record.parts[part.name].restarts += 1
        if code == EPOCH_CHANGED:
            deaths.restarted(child.lived)
            self._chronicle.say(f"  {part.name} starts again: the log began anew")
            return
        if code == LEDGER_SHORT:
            deaths.refused()
            self._chronicle.say(f"  {part.name} refuses to start: {_what_to_do(part.name)}")
            return
        deaths.record(time.monotonic(), child.lived)
        self._chronicle.show(part.name, _how_it_ended(code))
        if deaths.too_many():
            self._chronicle.say(f"  {part.name} died {DEATHS_TO_STOP} times within {WINDOW:.0f} s: the stack stops")
            self._end(1)

    # Ends

    def _end(self, code: int) -> None:
        if not self._outcome.done():
            self._outcome.set_result(code)

    def _task(self, work: Coroutine[Any, Any, None]) -> asyncio.Task[None]:
        task = asyncio.create_task(work)
        task.add_done_callback(self._surface)
        return task

    def _surface(self, task: asyncio.Task[None]) -> None:
        """A fault of the supervisor itself ends the stack instead of leaving a part unkept."""
        error = None if task.cancelled() else task.exception()
        if error is not None and not self._outcome.done():
            self._outcome.set_exception(error)


async def _cancel(tasks: Sequence[asyncio.Task[None] | None]) -> None:
    mine = [task for task in tasks if task is not None and task is not asyncio.current_task()]
    for task in mine:
        task.cancel()
    await asyncio.gather(*mine, return_exceptions=True)


def _how_it_ended(code: int) -> str:
    if code < 0:
        return f"was ended by {signal.Signals(-code).name}"
    return f"ended with exit code {code}"


def _what_to_do(name: str) -> str:
    return f"its database is an older copy. Run: appstore ledger restore {name}"
