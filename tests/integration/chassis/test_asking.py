"""Questions on a real broker: asked at one process, answered by the one that leads, whoever is killed (rule 11)."""

import asyncio
import os
import signal
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing, asynccontextmanager, contextmanager
from typing import Any

import httpx
import pytest

from chassis.asking import Asker
from chassis.clock import SystemClock
from chassis.health import Readiness
from chassis.lease import LEADER, LEASES
from chassis.ledger import new_id
from chassis.mongo import Database
from chassis.motions import Lineage
from chassis.off_ledger import OffLedger
from chassis.publish import Publisher
from chassis.tail import Tail
from contracts import topics
from contracts.questions import NoAnswerInTime
from infra.local.brokers import told_about_the_broker
from infra.local.ports import free_port
from tests.fakes.chassis_processes import CHECKOUT, BrokerProcess, DatabaseProcess
from tests.fakes.chassis_service import settings_for, until
from tests.fakes.questions import CountAsked, EchoAsked, known_on_the_wire, writer_of

pytestmark = [pytest.mark.integration, pytest.mark.kafka]
ME = Lineage(new_id(), actor=new_id())
PATIENCE = 30.0


@pytest.fixture(autouse=True)
def _known(monkeypatch: pytest.MonkeyPatch) -> None:
    known_on_the_wire(monkeypatch.setitem)


class Answerer:
    """A process that answers when it leads."""

    def __init__(self, kafka: str, mongo: str, name: str) -> None:
        self.health = f"http://127.0.0.1:{free_port()}"
        environment = {
            **os.environ,
            **told_about_the_broker(),
            "PYTHONPATH": str(CHECKOUT),
            "APPSTORE_KAFKA": kafka,
            "APPSTORE_MONGO": mongo,
            "APPSTORE_REPLICA": name,
            "APPSTORE_HEALTH_PORT": self.health.rsplit(":", 1)[1],
            "APPSTORE_FETCH_WAIT_MS": "20",
        }
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.fakes.answering_process"],
            cwd=CHECKOUT,
            env=environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    async def ready(self) -> bool:
        """Whether it says that it is ready."""
        try:
            async with httpx.AsyncClient() as http:
                return (await http.get(f"{self.health}/ready")).is_success
        except httpx.HTTPError:
            return False


@contextmanager
def answerers(broker: BrokerProcess, database: DatabaseProcess, *names: str) -> Iterator[list[Answerer]]:
    """So many replicas of one service, on one database."""
    made = [Answerer(broker.bootstrap, database.url, name) for name in names]
    try:
        yield made
    finally:
        for one in made:
            one.process.kill()
            one.process.wait(10)


@asynccontextmanager
async def gateway(broker: BrokerProcess) -> AsyncIterator[Asker]:
    """One replica that asks."""
    voice = OffLedger(writer_of("gateway"), Publisher(broker.bootstrap))
    asker = Asker(voice, SystemClock())
    settings = settings_for(broker.bootstrap, "mongodb://127.0.0.1:1/")

    def hear(event: Any, _place: Any, _offset: int) -> None:
        asker.hear(event.data)

    tail = Tail(settings, topics.ANSWERS.values(), "an-epoch", hear, lambda _: None, Readiness("gateway"))
    await tail.start()
    try:
        yield asker
    finally:
        await tail.stop()
        await voice.close()


def echo(asker: Asker, text: str, *, seconds: float = PATIENCE, times: int = 1) -> EchoAsked:
    """A question for an echo."""
    return EchoAsked(question=new_id(), deadline=asker.until(seconds), text=text, times=times)


async def leader(database: DatabaseProcess) -> str | None:
    """The replica that leads."""
    opened = Database(database.url, "appstore_deployer")
    found = await opened.collection(LEASES).find_one({"_id": LEADER})
    opened.close()
    return found["replica"] if found else None


async def test_a_killed_answerer_is_followed_by_another(
    broker: BrokerProcess, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """With nobody there a question ends at its deadline; the leader answers; after its kill another one does.

    What is followed goes on at the new leader, and a large answer arrives whole.
    """
    with DatabaseProcess(tmp_path_factory.mktemp("asking")) as database:
        async with gateway(broker) as asker:
            with pytest.raises(NoAnswerInTime):
                await asker.ask(echo(asker, "nobody", seconds=0.2), ME)
            with answerers(broker, database, "one", "two") as both:
                for one in both:
                    await until(one.ready, "it is ready", within=PATIENCE)
                assert (await asker.ask(echo(asker, "é", times=100_000), ME)).text == "é" * 100_000
                await _survives_a_kill(asker, database, dict(zip(("one", "two"), both, strict=True)))


async def _survives_a_kill(asker: Asker, database: DatabaseProcess, both: dict[str, Answerer]) -> None:
    first = await leader(database)
    assert first is not None
    heard: list[int] = []
    async with aclosing(asker.follow(CountAsked(question=new_id(), deadline=asker.until(0)), ME)) as parts:
        async for part in parts:
            heard.append(int(part.text))
            if len(heard) == 3:
                both[first].process.kill()
                asked = asyncio.create_task(asker.ask(echo(asker, "after the kill"), ME))
            if heard[-1] == 2 and len(heard) > 3:
                break
    assert heard[:3] == [1, 2, 3]
    assert heard[-2:] == [1, 2], "the new leader began anew"
    assert (await asked).text == "after the kill"
    assert await leader(database) != first


async def test_an_answerer_that_wakes_up_late_is_nobodys(
    broker: BrokerProcess, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """One that was stopped past the deadline drops the question when it wakes, and answers the next one."""
    with DatabaseProcess(tmp_path_factory.mktemp("late")) as database:
        async with gateway(broker) as asker:
            with answerers(broker, database, "one") as (one,):
                await until(one.ready, "it is ready", within=PATIENCE)
                assert (await asker.ask(echo(asker, "before"), ME)).text == "before"
                one.process.send_signal(signal.SIGSTOP)
                with pytest.raises(NoAnswerInTime):
                    await asker.ask(echo(asker, "asleep", seconds=0.5), ME)
                one.process.send_signal(signal.SIGCONT)
                assert (await asker.ask(echo(asker, "awake"), ME)).text == "awake"
                assert asker.open == 0
