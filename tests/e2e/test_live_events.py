"""Events as they happen: followed, resumed where they were left, and waited for."""

import asyncio
import json
import time
from collections.abc import Sequence
from contextlib import aclosing

import pytest
from httpx_sse import ServerSentEvent

from infra.local.stack import Stack
from tests.e2e.app_folder import write_app
from tests.e2e.command import APPSTORE, Terminal
from tests.e2e.eventually import eventually
from tests.e2e.person import Person
from tests.e2e.streams import stream, take_until

pytestmark = [pytest.mark.e2e, pytest.mark.kafka, pytest.mark.asyncio(loop_scope="session")]


@pytest.fixture(scope="module")
def quick(stack: Stack) -> str:
    """An app that is healthy within a second or two."""
    write_app(stack.home.apps, "quick-events")
    return "quick-events"


async def test_follow_shows_a_deployment_as_it_happens(demi: Person, terminal_of_demi: Terminal, quick: str) -> None:
    """`appstore events --follow` prints every event of a deployment that somebody asks for meanwhile."""
    await eventually(demi.store.apps.list_all, lambda cards: quick in {card.name for card in cards}, 5, "listed")
    command = (str(APPSTORE), "events", "--follow", "-o", "json")
    follower = await asyncio.create_subprocess_exec(
        *command, stdout=asyncio.subprocess.PIPE, env=terminal_of_demi.environment
    )
    assert follower.stdout is not None
    lines = follower.stdout
    try:
        await _until_it_hears(lines, demi, quick)
        asked = await demi.store.deployments.request(quick, environment="test", name="followed")
        await demi.ended(asked)
        timeline = await eventually(
            lambda: demi.store.deployments.timeline(str(asked.subject.deployment)),
            lambda page: "DeploymentSucceeded" in [entry.event for entry in page.items],
            within=5,
            what="the timeline has the end",
        )
        heard: set[str] = set()
        async with asyncio.timeout(20):
            while not heard >= {entry.id for entry in timeline.items}:
                entry = json.loads(await lines.readline())
                if entry["correlationId"] == asked.id:
                    heard.add(entry["id"])
    finally:
        follower.terminate()
        await follower.wait()
    assert heard == {entry.id for entry in timeline.items}


async def _until_it_hears(lines: asyncio.StreamReader, person: Person, app: str) -> None:
    """Let things happen until the follower prints one: it does not say when it began to listen."""
    async with asyncio.timeout(20):
        while True:
            await person.store.deployments.request(app, environment="test", name="probe", wait=10)
            try:
                async with asyncio.timeout(0.5):
                    await lines.readline()
            except TimeoutError:
                continue
            return


async def test_a_stream_goes_on_where_it_was_left(demi: Person, quick: str) -> None:
    """Resumed with the last id, even of its greeting, a stream shows what was missed: no gap, and nothing twice."""
    first = await demi.store.deployments.request(quick, environment="test", name="resumed")
    deployment = str(first.subject.deployment)
    await demi.ended(first)
    greeting = (await take_until(demi, None, "hello", deployment=deployment))[-1]
    second = await demi.store.deployments.request(quick, environment="test", name="resumed")
    await demi.ended(second)

    timeline = await eventually(
        lambda: demi.store.deployments.timeline(deployment),
        lambda page: [entry.event for entry in page.items].count("DeploymentSucceeded") == 2,
        within=5,
        what="the timeline has both ends",
    )
    of_the_second = {entry.id for entry in timeline.items if entry.correlation_id == second.id}

    again = (await take_until(demi, greeting.id, "hello", deployment=deployment))[-1]
    part = await take_until(demi, again.id, "DeploymentStarted", deployment=deployment)
    shown = _entries(part)
    # What several services tell arrives in any order, so the last to arrive need not be the end of the rollout.
    async with asyncio.timeout(20), aclosing(stream(demi, part[-1].id, deployment=deployment)) as messages:
        while not of_the_second <= set(shown):
            shown += _entries([await anext(messages)])
    # The read model may know the first one's end before the stream does; then the greeting stands before it.
    assert set(shown) <= {entry.id for entry in timeline.items}
    assert len(shown) == len(set(shown))


def _entries(messages: Sequence[ServerSentEvent]) -> list[str]:
    """The ids of the events in these messages; a reset would say that some may be missing."""
    assert "reset" not in {message.event for message in messages}
    return [json.loads(message.data)["id"] for message in messages if message.event not in {"hello", "position"}]


async def test_an_id_that_is_none_of_ours_is_told(demi: Person) -> None:
    """A `Last-Event-ID` that cannot be resumed is answered with `reset`, so that the reader reads again."""
    for unknown in ("019ab000-0000-7000-8000-000000000000.0-0", "nonsense"):
        assert (await take_until(demi, unknown, "reset"))[-1].event == "reset"


async def test_nobody_hears_another_teams_events(demi: Person, wout: Person, quick: str) -> None:
    """A stream shows a team's events to its members alone."""
    async with aclosing(stream(wout)) as messages:
        assert (await anext(messages)).event == "hello"
        mine = await demi.store.deployments.request(quick, environment="test", name="unheard", wait=20)
        theirs = await wout.store.deployments.request(quick, environment="test", name="heard")
        correlations: set[str] = set()
        async with asyncio.timeout(20):
            async for event in messages:
                correlations.add(json.loads(event.data)["correlationId"])
                if event.event == "DeploymentSucceeded":
                    break
    assert theirs.id in correlations
    assert mine.id not in correlations


async def test_a_request_can_wait_for_its_end(demi: Person, quick: str) -> None:
    """`Prefer: wait=20` is answered with 200 and the ended operation as soon as it has ended."""
    wish = {"app": quick, "environment": "test", "name": "waited"}
    began = time.monotonic()
    answer = await demi.send("POST", "/deployments", json=wish, headers={"Prefer": "wait=20"})
    assert answer.status_code == 200, answer.text
    assert answer.json()["status"] == "succeeded"
    assert answer.headers["preference-applied"] == "wait=20"
    assert time.monotonic() - began < 15
