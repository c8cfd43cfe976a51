"""A stream resumes where it was, and is told when it can't."""

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sse_starlette import ServerSentEvent

from contracts.envelope import Event
from services.gateway.live.hub import QUEUE, REMEMBERED, Heard, Hub
from services.gateway.live.resume import read_position, write_position
from services.gateway.live.stream import stream
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling

A, B = ("deployer.deployments", 0), ("catalog.apps", 1)
STARTED: Event[Any] = Telling()(told.started(), generation=1)
PUBLISHED: Event[Any] = Telling()(told.app())


def _hub() -> Hub:
    hub = Hub("epoch-1")
    hub.begin_at({A: 0, B: 0})
    return hub


def _of_a(heard: Heard) -> bool:
    return heard.place == A


async def _show(entry: dict[str, Any]) -> Any:
    return {"event": entry["event"]}


def _follow(hub: Hub, last: str | None = None, quiet: float = 5, longest: float = 60) -> AsyncIterator[ServerSentEvent]:
    return stream(hub, _of_a, _show, last, quiet, longest)


async def _take(events: AsyncIterator[ServerSentEvent]) -> ServerSentEvent:
    async with asyncio.timeout(5):
        return await anext(events)


async def test_a_stream_begins_now() -> None:
    """Without an id a stream says hello with the position, and tells what happens from then on."""
    hub = _hub()
    hub.hear(STARTED, A, 0)
    events = _follow(hub)
    hello = await _take(events)
    assert (hello.event, hello.id) == ("hello", hub.position)
    hub.hear(STARTED, A, 1)
    first = await _take(events)
    assert (first.event, first.id) == ("DeploymentStarted", hub.position)
    assert json.loads(str(first.data)) == {"event": "DeploymentStarted"}


async def test_a_stream_resumes_without_loss_or_repeat() -> None:
    """What was missed since the id comes first and once, also when more happens meanwhile."""
    hub = _hub()
    events = _follow(hub)
    last = (await _take(events)).id
    for offset in range(3):
        hub.hear(STARTED, A, offset)
        hub.hear(PUBLISHED, B, offset)
    resumed = _follow(hub, last)
    hello = await _take(resumed)
    assert (hello.event, hello.id) == ("hello", last)
    first = await _take(resumed)
    hub.hear(STARTED, A, 3)
    ids = [first.id, *[(await _take(resumed)).id for _ in range(3)]]
    reached = [read_position(str(one), "epoch-1", hub.positions) for one in ids]
    assert [place[A] for place in reached if place] == [1, 2, 3, 4]
    assert ids[-1] == hub.position


async def test_each_id_of_a_burst_resumes_at_the_next_event() -> None:
    """Whichever event was the last to arrive, its id goes on with the one after it."""
    hub = _hub()
    events = _follow(hub)
    await _take(events)
    for offset in range(5):
        hub.hear(STARTED, A, offset)
        hub.hear(PUBLISHED, B, offset)
    for number in range(5):
        got = await _take(events)
        again = _follow(hub, got.id)
        await _take(again)
        if number < 4:
            position = read_position(str((await _take(again)).id), "epoch-1", hub.positions)
            assert position is not None
            assert position[A] == number + 2


@pytest.mark.parametrize("last", ["epoch-0.1-1", "epoch-1.1", "nonsense"])
async def test_an_id_of_another_epoch_gets_a_reset(last: str) -> None:
    """An id that means nothing here is answered by reset, with the position to go on from."""
    hub = _hub()
    hub.hear(STARTED, A, 0)
    events = _follow(hub, last)
    reset = await _take(events)
    assert (reset.event, reset.id) == ("reset", hub.position)
    hub.hear(STARTED, A, 1)
    assert (await _take(events)).event == "DeploymentStarted"


async def test_what_is_forgotten_gets_a_reset() -> None:
    """An id from before what is remembered is answered by reset."""
    hub = _hub()
    last = hub.position
    for offset in range(REMEMBERED + 1):
        hub.hear(STARTED, A, offset)
    assert (await _take(_follow(hub, last))).event == "reset"


async def test_what_a_listener_did_not_want_is_no_reason_for_a_reset() -> None:
    """An id given with an event still resumes after more than is remembered passed on other partitions before it."""
    hub = _hub()
    events = _follow(hub)
    await _take(events)
    for offset in range(REMEMBERED + 10):
        hub.hear(PUBLISHED, B, offset)
    hub.hear(STARTED, A, 0)
    last = (await _take(events)).id
    assert (await _take(_follow(hub, last))).event == "hello"


async def test_a_quiet_listener_is_told_the_position() -> None:
    """A listener that wants none of what happens hears now and then how far the log is, and resumes from there."""
    hub = _hub()
    events = _follow(hub, quiet=0.01)
    await _take(events)
    for offset in range(REMEMBERED + 10):
        hub.hear(PUBLISHED, B, offset)
    position = await _take(events)
    assert (position.event, position.id) == ("position", hub.position)
    assert (await _take(_follow(hub, position.id))).event == "hello"


async def test_a_slow_listener_is_reset_and_its_stream_ends() -> None:
    """Whoever does not keep up is told by reset where the log is, and has to come back."""
    hub = _hub()
    events = _follow(hub)
    await _take(events)
    for offset in range(QUEUE + 1):
        hub.hear(STARTED, A, offset)
    reset = await _take(events)
    assert (reset.event, reset.id) == ("reset", hub.position)
    with pytest.raises(StopAsyncIteration):
        await _take(events)
    assert hub.listeners == 0


async def test_a_stream_ends_after_its_longest_time() -> None:
    """No stream outlives the moment at which its listener has to show again who they are."""
    hub = _hub()
    events = _follow(hub, quiet=0.01, longest=0.03)
    assert (await _take(events)).event == "hello"
    with pytest.raises(StopAsyncIteration):
        await _take(events)


async def test_a_client_ahead_of_this_replica_gets_no_repeat() -> None:
    """It was served by a replica that had heard more: what it has seen is not sent again, and no id goes back."""
    hub = _hub()
    hub.begin_at({A: 5, B: 5})
    ahead = write_position("epoch-1", {A: 8, B: 7})
    resumed = _follow(hub, ahead, quiet=0.01)
    hello = await _take(resumed)
    assert (hello.event, hello.id) == ("hello", ahead)
    hub.hear(PUBLISHED, B, 5)
    for offset in range(5, 9):
        hub.hear(STARTED, A, offset)
    event = await _take(resumed)
    assert (event.event, read_position(str(event.id), "epoch-1", hub.positions)) == ("DeploymentStarted", {A: 9, B: 7})
    hub.hear(PUBLISHED, B, 6)
    hub.hear(PUBLISHED, B, 7)
    position = await _take(resumed)
    assert (position.event, position.id) == ("position", write_position("epoch-1", {A: 9, B: 8}))
