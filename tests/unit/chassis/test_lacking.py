"""What a ledger lacks: an older copy's future, or somebody else's event."""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from chassis.entry import position_id
from chassis.lacking import MOST_LOOKED_AT, Lacked, Lacking
from chassis.mongo import Document

NOON = datetime(2026, 11, 24, 12, tzinfo=UTC)


def entry(key: str, number: int, minutes: int, partition: int = 0) -> Document:
    """An event that says it was recorded so many minutes after noon."""
    recorded = NOON + timedelta(minutes=minutes)
    headers = [["ce_id", f"{key}{number}"]]
    place = {"topic": "t", "key": key, "sequence": number, "partition": partition}
    return {**place, "recorded": recorded, "headers": headers}


def places(events: Iterable[Lacked]) -> list[str]:
    """Where events stand."""
    return [event.place for event in events]


def test_what_nothing_follows_is_an_older_copys() -> None:
    """The end of a topic that the ledger lacks is what was recorded after the copy."""
    lacking = Lacking()
    lacking.has(entry("a", 1, 0))
    for number in (2, 3):
        assert lacking.lacks(entry("a", number, number))
    assert places(lacking.foreign({("t", "a"): 1})) == []
    assert places(lacking.missing({("t", "a"): 1})) == [position_id("t", "a", 2), position_id("t", "a", 3)]


def test_what_the_ledger_goes_on_behind_is_somebody_elses() -> None:
    """No copy ends before an event and has what was recorded more than an hour later."""
    lacking = Lacking()
    lacking.lacks(entry("a", 2, 0))
    lacking.lacks(entry("b", 2, 30))
    lacking.has(entry("c", 1, 61))
    assert places(lacking.foreign({})) == [position_id("t", "a", 2)]
    assert places(lacking.missing({})) == [position_id("t", "b", 2)]


def test_a_copy_takes_a_while_to_be_made() -> None:
    """What was recorded soon after, or stands on another partition or earlier there, proves nothing."""
    lacking = Lacking()
    lacking.has(entry("a", 1, 300))
    lacking.lacks(entry("a", 2, 0))
    lacking.has(entry("b", 1, 59))
    lacking.has(entry("c", 1, 300, partition=1))
    assert places(lacking.foreign({})) == []


def test_what_ledger_or_state_counted_is_missing() -> None:
    """Somebody deleted it from the ledger: a later event of its key, or the state, knows of it."""
    lacking = Lacking()
    lacking.lacks(entry("a", 2, 0))
    lacking.has(entry("b", 1, 61))
    assert places(lacking.foreign({("t", "a"): 2})) == []
    assert places(lacking.missing({("t", "a"): 2})) == [position_id("t", "a", 2)]


def test_only_so_many_are_looked_at() -> None:
    """An older copy may lack any number; they are counted and not kept."""
    lacking = Lacking()
    looked_at = [lacking.lacks(entry("a", number, 0)) for number in range(1, MOST_LOOKED_AT + 2)]
    assert looked_at == [True] * MOST_LOOKED_AT + [False]
