"""The hybrid logical clock: an effect is later than its causes, and a broken clock does not carry others away."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from chassis.clock import MAX_AHEAD_MS, SystemClock, stamp_after

NOW = datetime(2026, 11, 24, 8, 30, tzinfo=UTC)
WALL = int(NOW.timestamp() * 1000)

stamps = st.tuples(
    st.one_of(st.integers(0, WALL + 2 * MAX_AHEAD_MS), st.integers(WALL + MAX_AHEAD_MS - 2, WALL + MAX_AHEAD_MS + 2)),
    st.one_of(st.integers(0, 99_999), st.integers(99_997, 99_999)),
).map(lambda parts: f"{parts[0]:013d}.{parts[1]:05d}")


def millis(stamp: str) -> int:
    """The wall part of a stamp."""
    return int(stamp.split(".", maxsplit=1)[0])


@given(st.lists(stamps, max_size=4))
def test_a_stamp_is_later_than_every_cause_that_is_not_too_far_ahead(causes: list[str]) -> None:
    """As text, a stamp sorts after each cause that a working clock can have made."""
    made = stamp_after(NOW, *causes)
    limit = f"{WALL + MAX_AHEAD_MS:013d}.99999"
    assert all(made > cause for cause in causes if cause < limit)


@given(st.lists(stamps, max_size=4))
def test_a_stamp_is_never_more_than_five_minutes_ahead(causes: list[str]) -> None:
    """Whatever the causes carry, the stamp stays within five minutes of the clock and not behind it."""
    assert WALL <= millis(stamp_after(NOW, *causes)) <= WALL + MAX_AHEAD_MS


@given(st.lists(st.one_of(st.none(), stamps), max_size=4))
def test_a_stamp_has_one_form(causes: list[str | None]) -> None:
    """Thirteen digits, a dot and five digits, so that stamps sort as text."""
    wall, counter = stamp_after(NOW, *causes).split(".")
    assert (len(wall), len(counter), (wall + counter).isdigit()) == (13, 5, True)


def test_a_clock_that_moves_on_starts_its_counter_again() -> None:
    """When the clock is past every cause, the stamp is the clock itself."""
    before = stamp_after(NOW, stamp_after(NOW))
    assert stamp_after(NOW + timedelta(milliseconds=1), before) == f"{WALL + 1:013d}.00000"


def test_a_full_counter_moves_the_stamp_on() -> None:
    """After the last count of a millisecond comes the next millisecond."""
    assert stamp_after(NOW, f"{WALL:013d}.99999") == f"{WALL + 1:013d}.00000"


def test_the_system_clock_speaks_utc() -> None:
    """The time has its offset, and the offset is none."""
    assert SystemClock().now().utcoffset() == timedelta(0)
