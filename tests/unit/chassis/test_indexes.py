"""What is waiting, held and handled, as memory knows it between two looks at the database."""

from datetime import UTC, datetime, timedelta

from chassis.cursor import Cursors, Place
from chassis.held import Held
from chassis.mongo import Database, Document
from chassis.relay_marks import RelayMarks
from chassis.waiting import Waiting

NOWHERE = Database("mongodb://127.0.0.1:1/", "appstore_test")
"""Never spoken to: these tests stay in memory."""

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)


def waiting_for(key: str, number: int, awaits: list[str] | None = None, decide_by: datetime | None = None) -> Document:
    """A message that waits, as it is stored."""
    entry = f"gateway.review-requests/{key}/{number}"
    return {"_id": entry, "place": ["gateway.review-requests", key], "awaits": awaits, "decide_by": decide_by}


def held_at(key: str | None, number: int) -> Document:
    """A message that is held, as it is stored."""
    return {
        "_id": f"catalog.apps/{key}/{number}",
        "topic": "catalog.apps",
        "partition": 0,
        "key_text": key,
        "sequence": number,
        "status": "held",
        "since": NOW,
    }


def test_the_next_the_same_and_one_too_far_are_told_apart() -> None:
    """A key's first message is 1; what was handled is a repeat; what leaves one out is a gap."""
    cursors = Cursors(NOWHERE)
    assert [cursors.place("t", "k", number) for number in (0, 1, 2)] == [Place.REPEAT, Place.NEXT, Place.GAP]
    cursors.moved("t", "k", 1)
    assert [cursors.place("t", "k", number) for number in (1, 2, 3)] == [Place.REPEAT, Place.NEXT, Place.GAP]
    assert cursors.place("t", "another", 2) is Place.GAP
    assert cursors.place("another", "k", 1) is Place.NEXT


def test_a_cursor_never_goes_back() -> None:
    """What is heard late moves nothing."""
    cursors = Cursors(NOWHERE)
    cursors.moved("t", "k", 5)
    cursors.moved("t", "k", 2)
    assert cursors.place("t", "k", 6) is Place.NEXT


def test_only_the_first_waiting_message_of_a_key_is_looked_at() -> None:
    """A key is taken up when its first message's awaited thing arrives, and blocks until its queue is empty."""
    waiting = Waiting(NOWHERE)
    waiting.added(waiting_for("a", 1, ["catalog.apps", "x"]))
    waiting.added(waiting_for("a", 2))
    waiting.added(waiting_for("b", 1, ["catalog.apps", "y"]))
    place = ("gateway.review-requests", "a")
    assert waiting.heads_awaiting("catalog.apps", "x") == [place]
    assert waiting.heads_awaiting("catalog.apps", "z") == []
    waiting.removed(place, "gateway.review-requests/a/1")
    assert waiting.blocks(*place)
    waiting.removed(place, "gateway.review-requests/a/2")
    assert not waiting.blocks(*place)
    assert waiting.blocks("gateway.review-requests", "b")


def test_a_head_that_awaits_nothing_is_taken_up_with_anything() -> None:
    """A message whose predecessor was taken up, and which was not reached, is not left behind."""
    waiting = Waiting(NOWHERE)
    waiting.added(waiting_for("a", 2))
    assert waiting.heads_awaiting("catalog.apps", "anything") == [("gateway.review-requests", "a")]


def test_deadlines_are_those_of_the_first_message() -> None:
    """A key is past its time when its first message is; without a deadline it never is."""
    waiting = Waiting(NOWHERE)
    waiting.added(waiting_for("a", 1, ["catalog.apps", "x"], NOW))
    waiting.added(waiting_for("b", 1, ["catalog.apps", "x"]))
    assert waiting.heads_past(NOW) == []
    assert waiting.heads_past(NOW + timedelta(milliseconds=1)) == [("gateway.review-requests", "a")]


def test_a_held_message_blocks_what_comes_after_it_and_not_before() -> None:
    """The first held message of a key decides; other keys and other topics are free."""
    held = Held("catalog", NOWHERE)
    held.added(held_at("a", 4))
    held.added(held_at("a", 3))
    assert [held.blocks("catalog.apps", "a", number) for number in (2, 3, 4, 9)] == [False, True, True, True]
    assert held.blocks("catalog.apps", "a")
    assert not held.blocks("catalog.apps", "b")
    assert not held.blocks("catalog.rules", "a")


def test_a_partition_is_short_on_another_log_or_at_a_lower_end() -> None:
    """Another epoch lacks everything however long it is; the same one lacks what lies beyond its end."""
    marks = RelayMarks(NOWHERE, "this-log")
    assert marks._lacks({"epoch": "another-log", "offset": 3}, 99)
    assert marks._lacks({"epoch": "this-log", "offset": 3}, 3)
    assert not marks._lacks({"epoch": "this-log", "offset": 3}, 4)


def test_marks_wait_for_a_quiet_moment_but_not_for_ever() -> None:
    """Just acknowledged, they wait; after a silence, or when the first waited for long, or at many, they are due."""
    marks = RelayMarks(NOWHERE, "this-log")
    assert not marks.due
    marks.acknowledged(("catalog.apps", 0), 0, ["one"])
    assert not marks.due
    marks._newest -= 1
    assert marks.due
    marks.acknowledged(("catalog.apps", 0), 1, ["two"])
    assert not marks.due
    marks._since -= 10
    assert marks.due
    many = RelayMarks(NOWHERE, "this-log")
    many.acknowledged(("catalog.apps", 0), 0, [str(number) for number in range(2000)])
    assert many.due


def test_a_held_message_without_a_key_blocks_nobody() -> None:
    """What has no readable key can't be the predecessor of anything."""
    held = Held("catalog", NOWHERE)
    held.added(held_at(None, 0))
    assert not held.blocks("catalog.apps", None)
