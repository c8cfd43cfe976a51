"""How patient the supervisor is."""

from hypothesis import given
from hypothesis import strategies as st

from infra.local.deaths import LONGEST_DELAY, WINDOW, Deaths


def test_the_delay_doubles_to_five_seconds() -> None:
    """Each death in a row makes the next start wait twice as long, up to five seconds."""
    deaths = Deaths()
    delays = []
    for _ in range(7):
        deaths.restarted(lived=1.0)
        delays.append(deaths.delay())
    assert delays == [0.2, 0.4, 0.8, 1.6, 3.2, 5.0, 5.0]


def test_a_calm_minute_is_forgiven() -> None:
    """A part that worked for a minute starts again as quickly as after its first death."""
    deaths = Deaths()
    for _ in range(5):
        deaths.restarted(lived=1.0)
    deaths.restarted(lived=WINDOW)
    assert deaths.delay() == 0.2


def test_the_third_death_in_a_minute_is_one_too_many() -> None:
    """Two deaths within a minute are borne, the third is not."""
    deaths = Deaths()
    verdicts = []
    for now in (0.0, 30.0, 59.9):
        deaths.record(now, lived=1.0)
        verdicts.append(deaths.too_many())
    assert verdicts == [False, False, True]


def test_deaths_older_than_a_minute_do_not_count() -> None:
    """A part that dies every half minute and a bit is restarted for ever."""
    deaths = Deaths()
    for number in range(20):
        deaths.record(number * 30.5, lived=25.0)
        assert not deaths.too_many()


def test_a_restart_for_a_new_log_is_no_death() -> None:
    """Services that ask to be started again never stop the stack."""
    deaths = Deaths()
    for _ in range(10):
        deaths.restarted(lived=0.1)
    assert not deaths.too_many()


@given(st.lists(st.floats(min_value=0, max_value=200), min_size=1, max_size=200))
def test_the_delay_is_always_bounded(lives: list[float]) -> None:
    """However long or short a part lived, it is back after between 0.2 and 5 seconds."""
    deaths = Deaths()
    for lived in lives:
        deaths.restarted(lived)
        assert 0.2 <= deaths.delay() <= LONGEST_DELAY


def test_a_refusal_is_looked_at_now_and_then() -> None:
    """A part that only an operator can help is started again every five seconds, and never stops the stack."""
    deaths = Deaths()
    for _ in range(10):
        deaths.refused()
    assert deaths.delay() == LONGEST_DELAY
    assert not deaths.too_many()
