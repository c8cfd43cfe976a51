"""One tail in, many listeners out: in order, bounded, and nobody waits for anybody."""

from typing import Any

from contracts.envelope import Event
from services.gateway.live import hub as hubs
from services.gateway.live.hub import QUEUE, REMEMBERED, TOO_SLOW, Heard, Hub
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling

A, B = ("deployer.deployments", 0), ("catalog.apps", 1)
EVENT: Event[Any] = Telling()(told.started(), generation=1)


def _hub() -> Hub:
    hub = Hub("epoch-1")
    hub.begin_at({A: 10, B: 0})
    return hub


def _everything(_: Heard) -> bool:
    return True


def test_a_listener_hears_what_it_wants_in_order() -> None:
    """Events come in the order of the tail; what is not wanted does not come."""
    hub = _hub()
    with hub.listening(lambda heard: heard.place == A) as queue:
        for place, offset in ((A, 10), (B, 0), (A, 11)):
            hub.hear(EVENT, place, offset)
        assert [queue.get_nowait().offset for _ in range(queue.qsize())] == [10, 11]
    assert hub.positions == {A: 12, B: 1}
    assert hub.listeners == 0


def test_a_slow_listener_is_told_and_slows_nobody() -> None:
    """Whoever does not take its events loses them with one word; another listener gets every event."""
    hub = _hub()
    with hub.listening(_everything) as slow, hub.listening(_everything) as quick:
        taken = 0
        for offset in range(QUEUE + 3):
            hub.hear(EVENT, A, 10 + offset)
            taken += quick.get_nowait().offset == 10 + offset
        assert taken == QUEUE + 3
        assert slow.qsize() == 1
        assert slow.get_nowait() is TOO_SLOW
        assert hub.listeners == 1


def test_memory_is_bounded_and_knows_what_it_forgot() -> None:
    """The hub remembers a number of events; what was before them can't be asked for."""
    hub = _hub()
    for offset in range(REMEMBERED + 5):
        hub.hear(EVENT, A, 10 + offset)
    assert len(hub._memory) == REMEMBERED
    assert hub.since({A: 14, B: 0}) is None
    kept = hub.since({A: 15, B: 0})
    assert kept is not None
    assert (len(kept), kept[0].offset) == (REMEMBERED, 15)


def test_since_gives_what_came_after_a_position() -> None:
    """What was heard after a position is given in the order it was heard, over all partitions."""
    hub = _hub()
    for place, offset in ((A, 10), (B, 0), (A, 11), (B, 1)):
        hub.hear(EVENT, place, offset)
    found = hub.since({A: 11, B: 0})
    assert found is not None
    assert [(heard.place, heard.offset) for heard in found] == [(B, 0), (A, 11), (B, 1)]
    assert hub.since(hub.positions) == []


def test_what_was_before_the_tail_began_is_not_remembered() -> None:
    """A position from before this process began can't be resumed here."""
    assert _hub().since({A: 9, B: 0}) is None


def test_the_position_is_written_once_for_all_listeners() -> None:
    """The id of the newest position changes with every event and is made once."""
    hub = _hub()
    first = hub.position
    assert hub.position is first
    hub.hear(EVENT, B, 0)
    assert hub.position != first


def test_a_full_hub_says_so(monkeypatch: Any) -> None:
    """The number of listeners is bounded; those who leave make room."""
    monkeypatch.setattr(hubs, "MOST_LISTENERS", 2)
    hub = _hub()
    with hub.listening(_everything):
        assert not hub.is_full
        with hub.listening(_everything):
            assert hub.is_full
        assert not hub.is_full
