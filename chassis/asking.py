"""Asks a question and waits for its answer, at the replica that asked (rule 11 of the log). Changes nothing.

    plan: Plan = await asker.ask(DeploymentPlanAsked(question=new_id(), deadline=asker.until(5), …), lineage)

    async with aclosing(asker.follow(DeploymentLogAsked(…), lineage)) as parts:
        async for lines in parts: …

`follow` renews the question while somebody listens and ends the answer when they stop. A tail of this process brings
what is told to `hear` (`chassis.tail`); the other side is `answering`.
"""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, Callable, Iterator
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Protocol

import structlog
from aiokafka.errors import KafkaError
from pydantic import ValidationError

from chassis.answer_pieces import Joined
from chassis.clock import Clock
from chassis.motions import Lineage
from contracts.payload import Payload
from contracts.questions import (
    MOST_PIECES,
    AnsweringIsBusy,
    AnswerTold,
    NoAnswerInTime,
    NoAnswerPossible,
    Question,
    TooManyQuestions,
)
from contracts.refusals import Refusal

log = structlog.get_logger(__name__)

LEASE_SECONDS = 15.0
"""How long a followed answer goes on without a renewal."""
MOST_OPEN = 200
"""Questions open at once at one process, each kept in memory while somebody waits."""
MOST_OPEN_OF_ONE = 8
"""Questions one person may have open at once at one process."""
_RENEW_PART = 0.33
_MOST_UNREAD = 2 * MOST_PIECES
"""Pieces of one answer that wait to be read: two answers of the largest kind, 3 MB."""

Told = AnswerTold | None


class Voice(Protocol):
    """How a question is sent (`OffLedger`)."""

    async def send(self, payload: Payload, lineage: Lineage | None = None) -> None:
        """Publish once. Raises KafkaError, OSError or TimeoutError."""
        ...


@dataclass(eq=False)
class _Waiting:
    """Somebody who waits; None in `told` means that they did not keep up."""

    actor: str | None
    told: asyncio.Queue[Told] = field(default_factory=lambda: asyncio.Queue(_MOST_UNREAD))


class Asker:
    """Asks for one process."""

    def __init__(self, voice: Voice, clock: Clock) -> None:
        self.expect: Callable[[], None] = lambda: None
        """To be called when an answer is about to come, so that it is heard at once (`Tail.expect`)."""
        self._voice = voice
        self._clock = clock
        self._waiting: dict[str, _Waiting] = {}

    @property
    def open(self) -> int:
        """How many questions wait for an answer or are followed."""
        return len(self._waiting)

    def until(self, seconds: float) -> datetime:
        """The deadline so many seconds from now."""
        return self._clock.now() + timedelta(seconds=seconds)

    def hear(self, told: AnswerTold) -> None:
        """Take what the tail heard. A late answer, or one that another replica asked for, is nobody's here."""
        waiting = self._waiting.get(told.question)
        if waiting is None:
            return
        if waiting.told.qsize() >= _MOST_UNREAD - 1:
            self._waiting.pop(told.question)
            waiting.told.put_nowait(None)
            return
        waiting.told.put_nowait(told)

    async def ask(self, question: Question, lineage: Lineage) -> Any:
        """The answer, of the kind that the question names.

        Raises the Refusal that was told, NoAnswerInTime at the deadline, NoAnswerPossible, TooManyQuestions of one
        person, AnsweringIsBusy.
        """
        seconds = (question.deadline - self._clock.now()).total_seconds()
        with self._open(question, lineage) as waiting:
            try:
                async with asyncio.timeout(seconds):
                    await self._send(question, lineage)
                    async with aclosing(_answers(question, waiting, None)) as answers:
                        async for answer in answers:
                            return answer
            except TimeoutError:
                raise NoAnswerInTime from None
        raise NoAnswerPossible

    async def follow(
        self, question: Question, lineage: Lineage, lease: float = LEASE_SECONDS
    ) -> AsyncGenerator[Any, None]:
        """One part of the answer after the other, until it ends or nobody listens any more (close it: `aclosing`).

        Raises as `ask`; NoAnswerInTime also when the answer falls silent for longer than the lease. After another
        replica took over it may begin anew, so parts may be repeated.
        """
        with self._open(question, lineage) as waiting:
            renewing = asyncio.create_task(self._renew(question, lineage, lease))
            try:
                async with aclosing(_answers(question, waiting, lease)) as answers:
                    async for answer in answers:
                        yield answer
            finally:
                renewing.cancel()
                await asyncio.gather(renewing, return_exceptions=True)
                await self._renewed(question, lineage, 0)

    async def _renew(self, question: Question, lineage: Lineage, lease: float) -> None:
        while True:
            await self._renewed(question, lineage, lease)
            await asyncio.sleep(lease * _RENEW_PART)

    async def _renewed(self, question: Question, lineage: Lineage, lease: float) -> None:
        await self._send(question.model_copy(update={"deadline": self.until(lease)}), lineage)

    async def _send(self, question: Question, lineage: Lineage) -> None:
        self.expect()
        try:
            await self._voice.send(question, lineage)
        except (KafkaError, OSError, TimeoutError) as error:
            # The deadline tells whoever waits.
            log.info("could not send a question", error=type(error).__name__)

    @contextlib.contextmanager
    def _open(self, question: Question, lineage: Lineage) -> Iterator[_Waiting]:
        if len(self._waiting) >= MOST_OPEN:
            raise AnsweringIsBusy
        if sum(1 for waiting in self._waiting.values() if waiting.actor == lineage.actor) >= MOST_OPEN_OF_ONE:
            raise TooManyQuestions
        waiting = self._waiting[question.question] = _Waiting(lineage.actor)
        try:
            yield waiting
        finally:
            self._waiting.pop(question.question, None)


async def _answers(question: Question, waiting: _Waiting, patience: float | None) -> AsyncGenerator[Any, None]:
    """The answers in what is told, until it ends. Raises the Refusal, or NoAnswerInTime after so long a silence."""
    joined = Joined()
    while True:
        try:
            async with asyncio.timeout(patience):
                told = await waiting.told.get()
        except TimeoutError:
            raise NoAnswerInTime from None
        if told is None:
            raise NoAnswerPossible
        if (text := joined.add(told)) is None:
            continue
        if told.refusal is not None:
            raise _refusal(told)
        if text:
            yield _read(question, text)
        if told.ended:
            return


def _read(question: Question, text: str) -> Any:
    try:
        return question.answer.model_validate_json(text)
    except ValidationError as error:
        log.warning("could not read an answer", kind=question.answer.__name__, faults=error.error_count())
        raise NoAnswerPossible from None


def _refusal(told: AnswerTold) -> Refusal:
    refused = told.refusal
    if refused is None:
        return NoAnswerPossible()
    refusal = Refusal(**refused.params)
    refusal.code = refused.code
    return refusal
