"""What the API server gives of a log, and Events, in the deployer's words."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Mapping
from typing import Any

import pytest

from chassis.errors import NotNow
from services.deployer.adapters.kubernetes import logs
from services.deployer.adapters.kubernetes.logs import read_lines, read_newest
from services.deployer.adapters.kubernetes.newest_lines import MOST_BYTES, NewestLines
from services.deployer.adapters.kubernetes.told import read_happening


def test_a_half_line_at_the_end_is_left_out() -> None:
    """It may hold half of a secret, which nothing would recognise; the next look reads it whole."""
    text = b"2026-11-24T12:00:00.1Z one two\r\n2026-11-24T12:00:01Z \n\n2026-11-24T12:00:02Z half of a pass"
    found = [(one.at[17:], one.text) for one in read_lines(text, "pod", "web")]
    assert found == [("00.1Z", "one two"), ("01Z", "")]


def test_a_line_is_bounded_and_always_text() -> None:
    """Bytes that are no text are marked, and a line without end is cut."""
    (one,) = read_lines(b"2026-11-24T12:00:00Z \xff" + b"x" * 9000 + b"\n", "pod", "web")
    assert (len(one.text), one.text[0]) == (4000, "\ufffd")


def test_an_event_is_read_with_its_newest_moment() -> None:
    """The moment of the last time, how often, and whether it is a warning; what is missing is empty."""
    event = {
        "metadata": {"creationTimestamp": "2026-11-24T12:00:00Z"},
        "involvedObject": {"kind": "Pod", "name": "web-1", "uid": "1"},
        "type": "Warning",
        "reason": "BackOff",
        "message": "Back-off restarting failed container",
        "count": 3,
        "lastTimestamp": "2026-11-24T12:05:00Z",
    }
    found = read_happening(event)
    assert (found.at, found.kind, found.name) == ("2026-11-24T12:05:00Z", "Pod", "web-1")
    assert (found.warning, found.reason, found.times) == (True, "BackOff", 3)
    series = {**event, "series": {"count": 9, "lastObservedTime": "2026-11-24T12:09:00.000000Z"}}
    assert (read_happening(series).times, read_happening(series).at[14:16]) == (9, "09")
    assert read_happening({"metadata": {}}).message == ""


class Node:
    """A node that gives a log in pieces; with `hangs` it never comes to an end."""

    def __init__(self, *pieces: bytes, hangs: bool = False) -> None:
        self.pieces, self.hangs = pieces, hangs
        self.query: dict[str, str] = {}

    @contextlib.asynccontextmanager
    async def stream(self, _path: str, query: Mapping[str, str], _silence: float) -> AsyncIterator["Node"]:
        """Itself."""
        self.query = dict(query)
        yield self

    async def iter_any(self) -> AsyncIterator[bytes]:
        """The pieces."""
        for piece in self.pieces:
            yield piece
        if self.hangs:
            await asyncio.Event().wait()


def a_log(first: int, last: int) -> bytes:
    """A line of 200 characters for each of these seconds."""
    return b"".join(b"2026-11-24T12:%02d:%02dZ %s\n" % (*divmod(at, 60), b"x" * 200) for at in range(first, last))


def moments(read: NewestLines) -> list[str]:
    """When the lines that were kept were written."""
    return [one.at[14:19] for one in read_lines(read.text, "pod", "web")]


async def test_of_a_long_log_the_end_is_read() -> None:
    """The newest lines are whole and there, however much came before them, and that there was more is told."""
    text = a_log(0, 1200)
    node: Any = Node(*(text[at : at + 999] for at in range(0, len(text), 999)))
    read = await read_newest(node, "team-test", "web-1", {})
    assert (moments(read)[-1], read.cut) == ("19:59", True)
    assert 0.9 * MOST_BYTES < len(read.text) <= MOST_BYTES
    assert read.text == text[-len(read.text) :]
    assert "limitBytes" not in node.query


async def test_who_follows_a_busy_log_hears_what_is_new() -> None:
    """What was read before goes by without taking any room."""
    node: Any = Node(a_log(0, 1199), a_log(1199, 1201))
    read = await read_newest(node, "team-test", "web-1", {}, "2026-11-24T12:19:58.000Z")
    assert (moments(read), read.cut) == (["19:59", "20:00"], False)


async def test_a_log_without_end_is_read_for_a_while(monkeypatch: pytest.MonkeyPatch) -> None:
    """What came until then is told; nothing at all is a node that does not answer."""
    monkeypatch.setattr(logs, "READ_SECONDS", 0.01)
    node: Any = Node(a_log(0, 2), hangs=True)
    read = await read_newest(node, "team-test", "web-1", {})
    assert (moments(read), read.cut) == (["00:00", "00:01"], True)
    silent: Any = Node(hangs=True)
    with pytest.raises(NotNow):
        await read_newest(silent, "team-test", "web-1", {})


def test_a_line_without_end_takes_no_more_room_than_a_line() -> None:
    """However many pieces of it come; the line after it is whole."""
    read = NewestLines()
    read.take(b"2026-11-24T12:00:00Z ")
    for _ in range(100):
        read.take(b"x" * 9000)
    read.take(b"\n" + a_log(1, 2))
    assert len(read.text) < 17_000
    assert moments(read) == ["00:00", "00:01"]
