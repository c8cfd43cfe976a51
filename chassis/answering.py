"""Answers questions on the replica that leads, outside every motion (rule 11 of the log). Changes nothing.

Every replica hears every question, without a group, so none waits for a partition to be given out; the one that leads
answers, because it has the watches. Another remembers a question until its deadline: a new leader answers what the one
before it did not. What can't be answered in time is dropped. `asking` is the other side.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog
from aiokafka.errors import KafkaError

from chassis import telemetry
from chassis.answer_pieces import cut
from chassis.clock import Clock
from chassis.errors import NotNow
from chassis.health import Readiness
from chassis.kafka import Partition
from chassis.lease import Lease
from chassis.ledger import Writer, new_id
from chassis.motions import Answers, Lineage, Table
from chassis.off_ledger import OffLedger
from chassis.publish import Publisher
from chassis.settings import ServiceSettings
from chassis.tail import Tail
from contracts.envelope import Event
from contracts.noun import Noun
from contracts.questions import AnswerableLater, AnsweringIsBusy, AnswerTold, NoAnswerPossible, Question, Refused
from contracts.refusals import Refusal

log = structlog.get_logger(__name__)

MOST_REMEMBERED = 1000
"""Questions in the memory of one process, until their deadlines."""
LONGEST_SECONDS = 60.0
"""Further away than this no deadline is believed."""
_SWEEP_SECONDS = 1.0


@dataclass(eq=False)
class _Open:
    """A question whose deadline has not passed. `task` is None while nobody here answers it."""

    event: Event[Any]
    deadline: datetime
    task: "asyncio.Task[None] | None" = None
    timeout: asyncio.Timeout | None = None

    @property
    def runs(self) -> bool:
        """Whether it is being answered here."""
        return self.task is not None and not self.task.done()


class Answering:
    """Answers for one process; `hear` is for its tail, `lead` for its lease."""

    def __init__(self, table: Table, reading: Any, voice: OffLedger, clock: Clock) -> None:
        self._rows: Mapping[str, Answers] = {row.message.type_name(): row for row in table.of(Answers)}
        self._reading = reading
        self._voice = voice
        self._clock = clock
        self._leads = False
        self._open: dict[str, _Open] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    def hear(self, event: Event[Any], _place: Partition, _offset: int) -> None:
        """Take a question from the tail; must not block."""
        if not isinstance(event.data, Question) or event.context.type not in self._rows:
            return
        self._sweep()
        known = self._open.get(event.data.question)
        if known is not None:
            self._renew(known, event)
        elif event.data.deadline > self._clock.now() and len(self._open) < MOST_REMEMBERED:
            opened = self._open[event.data.question] = _Open(event, event.data.deadline)
            if self._leads:
                self._begin(opened)

    async def lead(self) -> None:
        """Answer for as long as this replica leads, what is open first."""
        self._leads = True
        self._sweep()
        try:
            for opened in list(self._open.values()):
                self._begin(opened)
            while True:
                await asyncio.sleep(_SWEEP_SECONDS)
                self._sweep()
        finally:
            self._leads = False
            tasks = list(self._tasks)
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)
            for opened in self._open.values():
                opened.task = opened.timeout = None

    def _sweep(self) -> None:
        now = self._clock.now()
        for question in [key for key, opened in self._open.items() if opened.deadline <= now]:
            del self._open[question]

    def _renew(self, opened: _Open, event: Event[Any]) -> None:
        """A later deadline lets it go on, one that passed ends it."""
        opened.event, opened.deadline = event, event.data.deadline
        if opened.timeout is None or not opened.runs:
            return
        left = self._seconds_left(opened)
        opened.timeout.reschedule(asyncio.get_running_loop().time() + left)
        if left > 0:
            self._start(self._tell(event, _still_here(event)))

    def _seconds_left(self, opened: _Open) -> float:
        return min((opened.deadline - self._clock.now()).total_seconds(), LONGEST_SECONDS)

    def _begin(self, opened: _Open) -> None:
        row = self._rows[opened.event.context.type]
        busy = sum(1 for other in self._open.values() if other.runs and isinstance(other.event.data, row.message))
        work = self._answer(row, opened) if busy < row.at_once else self._refuse(opened.event, AnsweringIsBusy())
        opened.task = self._start(work)

    def _start(self, work: Any) -> "asyncio.Task[None]":
        task: asyncio.Task[None] = asyncio.create_task(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        return task

    async def _answer(self, row: Answers, opened: _Open) -> None:
        event, said = opened.event, _Said(opened.event, new_id())
        timeout = opened.timeout = asyncio.timeout(self._seconds_left(opened))
        with structlog.contextvars.bound_contextvars(correlation=event.context.correlationid, use_case=row.do.__name__):
            try:
                async with timeout, contextlib.aclosing(_parts(row, event, self._reading)) as parts:
                    async for part in parts:
                        for told in said.pieces(part):
                            await self._tell(event, told)
                    await self._tell(event, said.end())
                outcome = "answered"
            except Exception as error:  # noqa: BLE001 - a question changes nothing, so nothing is held: who asked is told
                outcome = "too-late" if timeout.expired() else await self._tell_failure(said, error)
        telemetry.ANSWERS.labels(event.context.type, outcome).inc()

    async def _tell_failure(self, said: "_Said", error: Exception) -> str:
        if not isinstance(error, Refusal):
            log_as = log.info if isinstance(error, NotNow) else log.exception
            log_as("could not answer", reason=type(error).__name__)
        refusal = (
            error
            if isinstance(error, Refusal)
            else AnswerableLater()
            if isinstance(error, NotNow)
            else NoAnswerPossible()
        )
        await self._tell(said.event, said.end(refusal))
        return refusal.code

    async def _refuse(self, event: Event[Any], refusal: Refusal) -> None:
        await self._tell(event, _Said(event, new_id()).end(refusal))

    async def _tell(self, event: Event[Any], told: AnswerTold) -> None:
        try:
            await self._voice.send(told, Lineage.of(event.context), event.data.answered_on)
        except (KafkaError, OSError, TimeoutError) as error:
            log.info("could not send an answer", error=type(error).__name__)


class _Said:
    """Numbers what one try tells."""

    def __init__(self, event: Event[Any], answering: str) -> None:
        self.event = event
        self._answering = answering
        self._number = 0

    def pieces(self, part: Noun) -> Iterator[AnswerTold]:
        """The messages of one part. Raises AnswerTooLarge."""
        for text, more in cut(part.model_dump_json(exclude_none=True)):
            yield self._next(text=text, more=more)

    def end(self, refusal: Refusal | None = None) -> AnswerTold:
        """The last message."""
        refused = Refused(code=refusal.code, params=refusal.params) if refusal is not None else None
        return self._next(ended=True, refusal=refused)

    def _next(self, **what: Any) -> AnswerTold:
        self._number += 1
        return AnswerTold(question=self.event.data.question, answering=self._answering, number=self._number, **what)


def _still_here(event: Event[Any]) -> AnswerTold:
    return AnswerTold(question=event.data.question, answering=new_id(), number=0)


async def _parts(row: Answers, event: Event[Any], reading: Any) -> AsyncGenerator[Noun, None]:
    """What the use case gives, as parts: a single answer is one."""
    answer = row.do(event, reading)
    if isinstance(answer, AsyncIterator):
        async for part in answer:
            yield part
    else:
        yield await answer


@asynccontextmanager
async def answering(
    table: Table,
    reading: Any,
    settings: ServiceSettings,
    epoch: str,
    writer: Writer,
    lease: Lease,
    readiness: Readiness,
) -> AsyncIterator[None]:
    """Hear and answer while the block lasts."""
    voice = OffLedger(writer, Publisher(settings.kafka))
    desk = Answering(table, reading, voice, writer.clock)
    asked = {row.message.topic for row in table.of(Answers)}
    tail = Tail(settings, asked, epoch, desk.hear, lambda _positions: None, readiness)
    await tail.start()
    leading = asyncio.create_task(lease.while_held(desk.lead))
    try:
        yield
    finally:
        leading.cancel()
        await asyncio.gather(leading, return_exceptions=True)
        await tail.stop()
        await voice.close()
