"""Questions for tests of the mechanism: an echo, and a count that is followed. Known on the wire in the test only."""

import asyncio
from collections.abc import AsyncIterator, Callable
from typing import Any, ClassVar

from chassis.answer_pieces import cut
from chassis.asking import Asker
from chassis.clock import SystemClock
from chassis.errors import NotNow
from chassis.ledger import Writer, new_id
from chassis.motions import Answers, Lineage, Row
from contracts.envelope import Event
from contracts.held import SkippedByOperator
from contracts.noun import Noun
from contracts.payload import Payload
from contracts.questions import AnswerTold, Question, Refused
from contracts.refusals import Refusal
from tests.fakes.chassis_messages import OIN


class Echo(Noun):
    """What was said, so many times."""

    text: str


class EchoAsked(Question, family=True):
    """Say this `times` times in one answer."""

    answer: ClassVar[type[Noun]] = Echo
    text: str
    times: int = 1


class CountAsked(Question, family=True):
    """Count for as long as somebody listens."""

    answer: ClassVar[type[Noun]] = Echo


QUESTIONS = (EchoAsked, CountAsked)


def writer_of(service: str) -> Writer:
    """Who speaks for a service outside every ledger."""
    return Writer(service, new_id(), OIN, {}, SystemClock())


def known_on_the_wire(add: Callable[[dict[str, type[Payload]], str, Any], None]) -> None:
    """Register the questions with pytest's `monkeypatch.setitem`, so that they are gone after the test."""
    for kind in QUESTIONS:
        add(Payload.registry, kind.type_name(), kind)


class Reading:
    """What the use cases read: here only what they were asked, and when they may go on."""

    def __init__(self) -> None:
        self.asked: list[str] = []
        self.go_on = asyncio.Event()
        self.go_on.set()
        self.ended = 0


async def echo(question: Event[EchoAsked], reading: Reading) -> Echo:
    """Say it; refuse nothing, fail at the unlucky word."""
    asked = question.data
    reading.asked.append(asked.text)
    await reading.go_on.wait()
    if not asked.text:
        raise SkippedByOperator(times=asked.times)
    if asked.text == "later":
        message = "the cluster does not answer"
        raise NotNow(message)
    if asked.text == "unlucky":
        raise ValueError("not to be told outside")
    return Echo(text=asked.text * asked.times)


async def count(question: Event[CountAsked], reading: Reading) -> AsyncIterator[Echo]:
    """Count from one on, until nobody listens."""
    reading.asked.append(question.data.question)
    number = 0
    try:
        while True:
            number += 1
            yield Echo(text=str(number))
            await asyncio.sleep(0.02)
    finally:
        reading.ended += 1


ROWS: tuple[Row, ...] = (Answers(EchoAsked, echo, at_once=2), Answers(CountAsked, count))


class Asked:
    """The other side of a gateway's questions, without a broker: each is kept, and answered as a test says."""

    def __init__(self) -> None:
        self.questions: list[tuple[Any, Lineage | None]] = []
        self.answer: Noun | Refusal | None = None
        self.asker = Asker(self, SystemClock())

    async def send(self, payload: Payload, lineage: Lineage | None = None) -> None:
        """Take a question, and tell its answer at once; nothing while there is none."""
        self.questions.append((payload, lineage))
        question, answering = payload.key, new_id()
        if isinstance(self.answer, Refusal):
            refusal = Refused(code=self.answer.code, params=self.answer.params)
            self.asker.hear(AnswerTold(question=question, answering=answering, number=1, ended=True, refusal=refusal))
        elif self.answer is not None:
            for number, (text, more) in enumerate(cut(self.answer.model_dump_json(exclude_none=True)), 1):
                self.asker.hear(AnswerTold(question=question, answering=answering, number=number, text=text, more=more))
