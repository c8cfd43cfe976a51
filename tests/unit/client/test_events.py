"""The event stream: resumed where it broke, each event once, a reset told."""

import json
from collections.abc import AsyncIterator, Callable
from itertools import islice

import httpx
import pytest
from appstore_client import AppStore, FixedToken, Problem
from appstore_client.models import TimelineEntry
from appstore_client.resources.events import Reset

from tests.unit.client.samples import ENTRY

Answer = Callable[[httpx.Request], httpx.Response]


def message(name: str, position: int) -> str:
    """One event on the wire."""
    return f"id: e/{position}\ndata: {json.dumps(ENTRY | {'id': name})}\n\n"


def stream(*parts: str) -> httpx.Response:
    """An event stream that ends after its parts."""
    return httpx.Response(200, headers={"Content-Type": "text/event-stream"}, text="".join(parts))


async def hear(answers: list[httpx.Response], count: int) -> tuple[list[TimelineEntry | Reset], list[str | None]]:
    """Subscribe to answers in turn; return what was heard and the Last-Event-ID of each request."""
    asked: list[str | None] = []
    replies = iter(answers)

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(request.headers.get("Last-Event-ID"))
        return next(replies)

    http = httpx.AsyncClient(transport=httpx.MockTransport(answer))
    async with AppStore("http://127.0.0.1", FixedToken("t"), http=http) as store:
        events = store.events.subscribe()
        heard = [await anext(events) for _ in range(count)]
        await close(events)
    return heard, asked


async def close(events: AsyncIterator[TimelineEntry | Reset]) -> None:
    """End the subscription."""
    await events.aclose()  # type: ignore[attr-defined] # it is a generator


def names(heard: list[TimelineEntry | Reset]) -> list[str]:
    """What was heard, in short."""
    return ["reset" if isinstance(one, Reset) else one.id for one in heard]


async def test_a_broken_stream_is_resumed_after_the_last_event() -> None:
    """The next connection sends the last id, and what it repeats is not heard twice."""
    heard, asked = await hear([stream(message("a", 1), message("b", 2)), stream(message("b", 2), message("c", 3))], 3)
    assert names(heard) == ["a", "b", "c"]
    assert asked == [None, "e/2"]


async def test_a_reset_is_told_and_forgets_the_position() -> None:
    """After a reset the reader hears so, and the old position is not sent again."""
    answers = [stream(message("a", 1)), stream("event: reset\ndata: {}\n\n"), stream(message("b", 1))]
    heard, asked = await hear(answers, 3)
    assert names(heard) == ["a", "reset", "b"]
    assert asked == [None, "e/1", None]


async def test_an_unreadable_event_is_passed_over() -> None:
    """An event this client cannot read does not end the stream."""
    heard, _ = await hear([stream("id: e/1\ndata: {}\n\n", message("a", 2))], 1)
    assert names(heard) == ["a"]


async def test_a_short_refusal_is_tried_again() -> None:
    """A 503 is followed by another try."""
    heard, asked = await hear([httpx.Response(503), stream(message("a", 1))], 1)
    assert (names(heard), len(asked)) == (["a"], 2)


async def test_a_refusal_is_a_problem() -> None:
    """A 403 ends the subscription with its problem."""
    body = {"title": "t", "code": "other-team", "fault": "you"}
    with pytest.raises(Problem) as raised:
        await hear([httpx.Response(403, json=body)], 1)
    assert raised.value.code == "other-team"


async def test_a_stream_that_stays_away_is_given_up() -> None:
    """Without a connection for longer than the patience the subscription ends as unreachable."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(lambda _: httpx.Response(503)))
    async with AppStore("http://127.0.0.1", http=http) as store:
        with pytest.raises(Problem) as raised:
            await anext(store.events.subscribe(patience=0))
    assert raised.value.code == "unreachable"


def test_repeats_are_remembered_within_bounds() -> None:
    """The memory of event ids does not grow without end."""
    from appstore_client.resources.events import REMEMBERED, _Stream  # noqa: PLC0415 - its inner part

    kept = _Stream()
    for entry in islice((TimelineEntry.read(ENTRY | {"id": str(number)}) for number in range(3000)), 3000):
        assert not kept.is_repeat(entry)
    assert len(kept.seen) == REMEMBERED
