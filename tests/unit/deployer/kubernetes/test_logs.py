"""What the API server gives of a log, and Events, in the deployer's words."""

from services.deployer.adapters.kubernetes.logs import read_lines
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
