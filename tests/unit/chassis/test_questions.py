"""Questions and answers over a wire that is only memory: what each side does at a deadline, a repeat, too many."""

import asyncio
from contextlib import aclosing
from datetime import timedelta
from typing import Any

import pytest
from aiokafka.errors import KafkaError

from chassis.answering import Answering
from chassis.asking import MOST_OPEN_OF_ONE, Asker
from chassis.clock import SystemClock
from chassis.ledger import new_id
from chassis.motions import Lineage, Table
from chassis.off_ledger import message_of
from chassis.wire import RawMessage, read_context, read_event
from contracts.envelope import Event
from contracts.payload import Payload
from contracts.questions import (
    MOST_PIECES,
    AnswerableLater,
    AnswerTold,
    NoAnswerInTime,
    NoAnswerPossible,
    Question,
    TooManyQuestions,
)
from contracts.refusals import Refusal
from contracts.topics import Topic
from tests.fakes.questions import ROWS, CountAsked, EchoAsked, Reading, known_on_the_wire, writer_of

ME = Lineage(new_id(), team=new_id(), actor=new_id(), actor_roles="developer")


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    known_on_the_wire(monkeypatch.setitem)


class Wire:
    """Both sides and what was said between them."""

    def __init__(self) -> None:
        self.reading = Reading()
        self.said: list[Event[Any]] = []
        self.away = False
        self.asker = Asker(_Voice(self, "gateway"), SystemClock())
        self.desks = [self.desk()]

    def desk(self) -> Answering:
        """One replica that may answer."""
        return Answering(Table(ROWS), self.reading, _Voice(self, "deployer"), SystemClock())  # type: ignore[arg-type]

    def carry(self, payload: Payload, service: str, lineage: Lineage | None, topic: Topic | None) -> None:
        """Say it to everybody who listens, read back from its bytes as on a broker."""
        if self.away:
            raise KafkaError
        made = message_of(payload, writer_of(service), lineage, topic)
        headers = tuple((name, content.encode()) for name, content in made["headers"])
        raw = RawMessage(made["topic"], made["partition"], 0, made["key"].encode(), made["value"], headers, "")
        event = read_event(raw, read_context(raw))
        self.said.append(event)
        if isinstance(event.data, Question):
            for desk in self.desks:
                desk.hear(event, (made["topic"], made["partition"]), 0)
        else:
            self.asker.hear(event.data)


class _Voice:
    def __init__(self, wire: Wire, service: str) -> None:
        self._wire, self._service = wire, service

    async def send(self, payload: Payload, lineage: Lineage | None = None, topic: Topic | None = None) -> None:
        await asyncio.sleep(0)
        self._wire.carry(payload, self._service, lineage, topic)


@pytest.fixture
def wire() -> Wire:
    """Both sides; nobody leads yet."""
    return Wire()


def echo_of(wire: Wire, text: str, *, seconds: float = 5, times: int = 1) -> EchoAsked:
    """A question for an echo."""
    return EchoAsked(question=new_id(), deadline=wire.asker.until(seconds), text=text, times=times)


async def test_a_question_is_answered_by_whoever_leads(wire: Wire) -> None:
    """The answer comes to the one who asked, whole however large, with the asker's lineage on every piece."""
    leading = asyncio.create_task(wire.desks[0].lead())
    answer = await wire.asker.ask(echo_of(wire, "hello ", times=20_000), ME)
    leading.cancel()
    assert answer.text == "hello " * 20_000
    assert {event.context.correlationid for event in wire.said} == {ME.correlation}
    assert {(event.context.team, event.context.actor) for event in wire.said} == {(ME.team, ME.actor)}
    assert wire.asker.open == 0


async def test_nobody_who_leads_means_no_answer_in_time(wire: Wire) -> None:
    """A replica that does not lead answers nothing, and the person hears so at the deadline."""
    with pytest.raises(NoAnswerInTime):
        await wire.asker.ask(echo_of(wire, "hello", seconds=0.05), ME)
    assert wire.reading.asked == []


async def test_a_broker_that_is_away_means_no_answer_in_time(wire: Wire) -> None:
    """A question that can't be sent ends at its deadline too, and nobody keeps it."""
    wire.away = True
    with pytest.raises(NoAnswerInTime):
        await wire.asker.ask(echo_of(wire, "hello", seconds=0.05), ME)
    assert wire.asker.open == 0


async def test_a_new_leader_answers_what_is_open(wire: Wire) -> None:
    """A question heard before the takeover is answered after it, unless its deadline passed."""
    asked = asyncio.create_task(wire.asker.ask(echo_of(wire, "late"), ME))
    with pytest.raises(NoAnswerInTime):
        await wire.asker.ask(echo_of(wire, "too late", seconds=0.03), ME)
    leading = asyncio.create_task(wire.desks[0].lead())
    assert (await asked).text == "late"
    leading.cancel()
    assert wire.reading.asked == ["late"]


async def test_a_late_answer_is_nobodys(wire: Wire) -> None:
    """What takes longer than its deadline is broken off and not told."""
    wire.reading.go_on.clear()
    leading = asyncio.create_task(wire.desks[0].lead())
    with pytest.raises(NoAnswerInTime):
        await wire.asker.ask(echo_of(wire, "slow", seconds=0.05), ME)
    wire.reading.go_on.set()
    assert (await wire.asker.ask(echo_of(wire, "quick"), ME)).text == "quick"
    leading.cancel()
    assert wire.reading.asked == ["slow", "quick"]


async def test_the_same_question_twice_is_answered_once(wire: Wire) -> None:
    """A repeat on the log has no effect while the question is open."""
    leading = asyncio.create_task(wire.desks[0].lead())
    question = echo_of(wire, "once")
    await wire.asker.ask(question, ME)
    wire.carry(question, "gateway", ME, None)
    await asyncio.sleep(0.02)
    leading.cancel()
    assert wire.reading.asked == ["once"]


async def test_a_refusal_is_an_answer(wire: Wire) -> None:
    """A code with parameters reaches the person; what went wrong inside does not."""
    leading = asyncio.create_task(wire.desks[0].lead())
    with pytest.raises(Refusal) as refused:
        await wire.asker.ask(echo_of(wire, "", times=3), ME)
    assert (refused.value.code, refused.value.params) == ("skipped-by-operator", {"times": 3})
    with pytest.raises(Refusal) as failed:
        await wire.asker.ask(echo_of(wire, "unlucky"), ME)
    assert failed.value.code == NoAnswerPossible.code
    with pytest.raises(Refusal) as later:
        await wire.asker.ask(echo_of(wire, "later"), ME)
    assert later.value.code == AnswerableLater.code
    leading.cancel()
    assert "not to be told" not in repr(wire.said)


async def test_too_many_at_once_are_refused_at_once(wire: Wire) -> None:
    """Past its row's bound a service says so instead of letting people wait; so does the gateway for one person."""
    wire.reading.go_on.clear()
    leading = asyncio.create_task(wire.desks[0].lead())
    waiting = [asyncio.create_task(wire.asker.ask(echo_of(wire, "busy"), ME)) for _ in range(2)]
    await asyncio.sleep(0.02)
    with pytest.raises(Refusal) as refused:
        await wire.asker.ask(echo_of(wire, "third"), ME)
    assert refused.value.code == "answering-is-busy"
    waiting += [asyncio.create_task(wire.asker.ask(CountAsked(question=new_id(), deadline=wire.asker.until(5)), ME))]
    wire.reading.go_on.set()
    assert [(await one).text for one in waiting] == ["busy", "busy", "1"]
    leading.cancel()


async def test_one_person_cannot_ask_without_end(wire: Wire) -> None:
    """Beyond so many open questions of one person the next is refused; another person's is not."""
    mine = [asyncio.create_task(wire.asker.ask(echo_of(wire, "mine"), ME)) for _ in range(MOST_OPEN_OF_ONE)]
    await asyncio.sleep(0)
    with pytest.raises(TooManyQuestions):
        await wire.asker.ask(echo_of(wire, "one more"), ME)
    theirs = asyncio.create_task(wire.asker.ask(echo_of(wire, "theirs"), Lineage(new_id(), actor=new_id())))
    await asyncio.sleep(0)
    assert wire.asker.open == MOST_OPEN_OF_ONE + 1
    for task in (*mine, theirs):
        task.cancel()
    await asyncio.gather(*mine, theirs, return_exceptions=True)
    assert wire.asker.open == 0


async def test_what_nobody_reads_is_bounded(wire: Wire) -> None:
    """A follower who does not read keeps two of the largest answers in memory at most, and then hears no more."""
    question = CountAsked(question=new_id(), deadline=wire.asker.until(5))
    async with aclosing(wire.asker.follow(question, ME)) as parts:
        reading = asyncio.create_task(anext(parts))
        await asyncio.sleep(0)
        for number in range(1 + 2 * MOST_PIECES):
            wire.asker.hear(AnswerTold(question=question.question, answering=new_id(), number=number))
        assert wire.asker.open == 0
        reading.cancel()
        await asyncio.gather(reading, return_exceptions=True)


async def test_a_followed_answer_goes_on_while_it_is_renewed(wire: Wire) -> None:
    """Parts come for longer than one lease, and the answer ends as soon as nobody listens."""
    leading = asyncio.create_task(wire.desks[0].lead())
    question = CountAsked(question=new_id(), deadline=wire.asker.until(0))
    heard = []
    async with aclosing(wire.asker.follow(question, ME, lease=0.15)) as parts:
        async for part in parts:
            heard.append(int(part.text))
            if len(heard) == 20:
                break
    assert heard == list(range(1, 21))
    await asyncio.sleep(0.02)
    assert wire.reading.ended == 1, "it ended before its lease did"
    leading.cancel()
    assert len(wire.reading.asked) == 1


async def test_a_followed_answer_that_falls_silent_ends(wire: Wire) -> None:
    """When nobody leads any more, whoever follows hears so within one lease."""
    leading = asyncio.create_task(wire.desks[0].lead())
    question = CountAsked(question=new_id(), deadline=wire.asker.until(0))

    async def follow() -> None:
        async with aclosing(wire.asker.follow(question, ME, lease=0.1)) as parts:
            async for part in parts:
                if part.text == "3":
                    leading.cancel()

    with pytest.raises(NoAnswerInTime):
        await follow()


async def test_another_leader_goes_on_with_what_is_followed(wire: Wire) -> None:
    """After a takeover the answer begins anew at the new leader, without being asked again by a person."""
    wire.desks.append(wire.desk())
    first = asyncio.create_task(wire.desks[0].lead())
    question = CountAsked(question=new_id(), deadline=wire.asker.until(0))
    heard = []
    async with aclosing(wire.asker.follow(question, ME, lease=0.5)) as parts:
        async for part in parts:
            heard.append(part.text)
            if heard == ["1", "2", "3"]:
                first.cancel()
                second = asyncio.create_task(wire.desks[1].lead())
            if heard[3:] and heard[-1] == "2":
                break
    second.cancel()
    assert heard == ["1", "2", "3", "1", "2"]


async def test_a_stale_question_is_dropped(wire: Wire) -> None:
    """A question whose deadline has passed is dropped, however it came."""
    leading = asyncio.create_task(wire.desks[0].lead())
    stale = echo_of(wire, "stale").model_copy(update={"deadline": SystemClock().now() - timedelta(seconds=1)})
    wire.carry(stale, "gateway", ME, None)
    await asyncio.sleep(0.01)
    leading.cancel()
    assert wire.reading.asked == []
