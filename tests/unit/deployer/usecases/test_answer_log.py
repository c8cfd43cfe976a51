"""What somebody reads of a deployment's log: the lines that are wanted, once each, without any secret."""

from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from chassis.ledger import new_id
from contracts.deployments.logs import (
    LONGEST_LINE,
    LONGEST_MESSAGE,
    ClusterHappening,
    ClusterHappenings,
    DeploymentHappeningsAsked,
    DeploymentLogAsked,
    LogLine,
    LogLines,
)
from contracts.noun import write_time
from services.deployer.domain.log import LogWish, moment_of, newest
from services.deployer.reconciler.turn import Turn
from services.deployer.usecases import answer_log as answering
from services.deployer.usecases.answer_happenings import answer_happenings
from services.deployer.usecases.answer_log import answer_log
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import DEPLOYMENT, an_event
from tests.fakes.deployer_life import Life
from tests.unit.deployer.specs import SMALL, small_with

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)
SECRET = "hunter2-hunter2\nsecond-line"


def line(at: str, text: str, pod: str = "a") -> LogLine:
    """One line of one container."""
    return LogLine(pod=pod, container="web", at=f"2026-11-24T12:00:{at}Z", text=text)


class Told:
    """A cluster that tells one part of a log after the other."""

    def __init__(self, *parts: tuple[LogLine, ...]) -> None:
        self.parts = list(parts)
        self.wishes: list[LogWish] = []
        self.message = "with hunter2"

    async def logs(self, _deployment: str, wish: LogWish) -> LogLines:
        """The next part."""
        self.wishes.append(wish)
        return LogLines(lines=self.parts.pop(0) if self.parts else ())

    async def happenings(self, _deployment: str) -> ClusterHappenings:
        """One, with a secret in it."""
        one = ClusterHappening(at="2026", kind="Pod", name="a", warning=True, reason="Failed", message=self.message)
        return ClusterHappenings(items=(one,))


def turns(fake: FakeWorld, cluster: Any) -> Any:
    """Turns on a world in memory."""

    async def in_motion(work: Callable[[Any], Awaitable[Any]]) -> Any:
        return await work(fake.world())

    async def take(work: Callable[[Turn], Awaitable[Any]]) -> Any:
        return await work(Turn(in_motion, cluster, fake.clock, fake.patience))

    return take


def asked(kind: Any = DeploymentLogAsked, **wish: Any) -> Any:
    """The question."""
    question = kind(question=new_id(), deadline=NOON + timedelta(seconds=5), deployment=DEPLOYMENT, **wish)
    return an_event(question, NOON)


async def test_no_secret_leaves_with_a_line(fake: FakeWorld) -> None:
    """Every value that is kept for the deployment is hidden, each line of it alone too; in Events as well."""
    await fake.secrets.keep("one", DEPLOYMENT, SECRET)
    await fake.secrets.keep("two", DEPLOYMENT, "hunter2")
    told = Told((line("01", "with hunter2-hunter2 and"), line("02", "second-line too")))
    (part,) = [one async for one in answer_log(asked(), turns(fake, told))]
    assert "hunter2" not in str(part)
    assert "second-line" not in str(part)
    found = await answer_happenings(asked(DeploymentHappeningsAsked), turns(fake, told))
    assert "hunter2" not in str(found)


async def test_what_a_mark_makes_longer_can_still_be_read(fake: FakeWorld) -> None:
    """A line and an Event with a short password at their longest are told, no longer than they may be."""
    await fake.secrets.keep("one", DEPLOYMENT, "z")
    told = Told((line("01", "z" * LONGEST_LINE),))
    (part,) = [one async for one in answer_log(asked(), turns(fake, told))]
    assert LogLines.model_validate(part.model_dump(mode="json")) == part
    told.message = "z" * LONGEST_MESSAGE
    found = await answer_happenings(asked(DeploymentHappeningsAsked), turns(fake, told))
    assert ClusterHappenings.model_validate(found.model_dump(mode="json")) == found


async def test_a_log_that_is_followed_tells_each_line_once(fake: FakeWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was read is not wanted again, and silence is no part."""
    monkeypatch.setattr(answering, "LOOK_AGAIN_SECONDS", 0.001)
    told = Told((line("01", "one"),), (), (line("02", "two"),))
    parts = answer_log(asked(follow=True, tail=7), turns(fake, told))
    assert [(await anext(parts)).lines[0].text for _ in range(2)] == ["one", "two"]
    await parts.aclose()
    assert told.wishes[0] == LogWish(tail=7)
    assert not told.wishes[1].wants(line("01", "one"))
    assert told.wishes[1].wants(line("01.000000001", "later"))
    assert told.wishes[1].wants(line("01", "another pod", pod="b"))


async def test_a_log_that_is_followed_from_now_on_tells_what_comes(
    fake: FakeWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without any older line (a tail of 0), what is written since then is told, of containers that come later too."""
    monkeypatch.setattr(answering, "LOOK_AGAIN_SECONDS", 0.001)
    life = Life.of(fake)
    await life.publishes(SMALL, "1.0")
    await life.runs(1)
    fake.clock.after(60)
    parts = answer_log(asked(follow=True, tail=0), turns(fake, fake.cluster))
    assert (await anext(parts)).lines == ()
    began = fake.clock.now()
    fake.clock.after(60)
    await life.runs(2, replicas=2)
    came = (await anext(parts)).lines
    assert came
    assert min(one.at for one in came) > write_time(began)
    await parts.aclose()


def test_what_was_written_before_following_began_is_not_told() -> None:
    """Of a container whose lines had no room at first, only newer ones are."""
    wish = LogWish(tail=0).later(LogLines(), NOON + timedelta(seconds=5))
    assert [one for one in ("04.999", "05", "06") if wish.wants(line(one, "said"))] == ["05", "06"]


def test_lines_stand_in_the_order_of_time() -> None:
    """Of more than wanted the newest are told, and that there were more; a fraction may lack its zeros."""
    lines = [line("02.1", "three"), line("01", "one"), line("02", "two")]
    found = newest(lines, 2)
    assert ([one.text for one in found.lines], found.cut) == (["two", "three"], True)
    assert newest(lines, 0).lines == ()
    assert moment_of("12:00:00.5Z") == moment_of("12:00:00.500000000Z") > moment_of("12:00:00.49Z")


async def test_the_sandbox_says_that_it_is_simulated(fake: FakeWorld) -> None:
    """A container that runs started and is ready; one that ended has the lines that the images file declares."""
    life = Life.of(fake)
    await life.publishes(SMALL, "1.0")
    assert (await fake.cluster.logs(DEPLOYMENT, LogWish())).lines == ()
    await life.runs(1)
    found = await fake.cluster.logs(DEPLOYMENT, LogWish())
    assert found.simulated
    assert all(one.text.startswith("simulated: ") for one in found.lines)
    assert (await fake.cluster.logs(DEPLOYMENT, LogWish().later(found, fake.clock.now()))).lines == ()
    assert (await fake.cluster.logs(DEPLOYMENT, LogWish(container="other"))).lines == ()
    told = await fake.cluster.happenings(DEPLOYMENT)
    assert (told.simulated, [one.reason for one in told.items][-1]) == (True, "Ready")


async def test_a_crash_shows_the_lines_of_the_run_that_ended(fake: FakeWorld) -> None:
    """They are what `previous` asks for; the run of now has its own."""
    life = Life.of(fake)
    await life.publishes(small_with("registry.test/crashes:1"), "1.0")
    await life.runs(1)
    found = await fake.cluster.logs(DEPLOYMENT, LogWish(previous=True))
    assert found.lines
    assert not any(one.text.startswith("simulated: ") for one in found.lines)
