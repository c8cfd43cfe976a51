"""How fast an API server is asked, and how long is waited when it does not answer."""

from services.deployer.adapters.kubernetes.pace import LONGEST_WAIT_SECONDS, Pace, wait_seconds


class Hand:
    """A clock in the test's hand."""

    def __init__(self) -> None:
        self.moment = 0.0

    def __call__(self) -> float:
        """The time now, in seconds."""
        return self.moment


def test_a_burst_goes_at_once_and_the_rest_in_turn() -> None:
    """Two at once, then one each tenth of a second."""
    pace = Pace(10, 2, Hand())
    assert [round(pace.take(), 2) for _ in range(4)] == [0, 0, 0.1, 0.2]


def test_a_quiet_while_earns_no_more_than_the_burst() -> None:
    """After an hour there are two tokens, not thousands."""
    hand = Hand()
    pace = Pace(10, 2, hand)
    hand.moment = 3600
    assert [round(pace.take(), 2) for _ in range(3)] == [0, 0, 0.1]


def test_a_server_that_asks_for_silence_gets_it_from_everybody() -> None:
    """Retry-After holds the next request back, whoever makes it; not for longer than half a minute."""
    hand = Hand()
    pace = Pace(10, 5, hand)
    pace.hold(3)
    assert pace.take() == 3
    hand.moment = 3
    assert pace.take() == 0
    pace.hold(1e9)
    assert pace.take() == LONGEST_WAIT_SECONDS


def test_waits_double_and_are_spread_up_to_a_ceiling() -> None:
    """Between half and all of a wait that doubles; never over half a minute."""
    assert [wait_seconds(number, lambda: 1.0) for number in (1, 2, 3)] == [0.2, 0.4, 0.8]
    assert wait_seconds(1, lambda: 0.0) == 0.1
    assert wait_seconds(50, lambda: 1.0) == LONGEST_WAIT_SECONDS
