"""What `logs` and `events DEPLOYMENT` print, once and followed."""

import pytest

from tests.integration.client.conftest import Appstore, Served


def test_the_newest_lines_are_printed(living: Appstore) -> None:
    """Each with its pod and container, without what would steer a terminal; that there is more goes to the side."""
    whole = living("logs", "open")
    assert (whole.code, whole.err) == (0, "")
    assert "papers-1 web  listening on 6333" in whole.out
    assert "\u001b" not in whole.out
    last = living("logs", "open", "--tail", "1")
    assert (last.out.count("papers-1"), "--tail" in last.err) == (1, True)
    assert living("logs", "open", "-o", "json").json["items"][0]["text"] == "starting"


def test_a_log_is_followed_to_its_end(living: Appstore) -> None:
    """Line after line; as JSON one object a line. The run before this one has ended, so it is not followed."""
    followed = living("logs", "open", "--follow")
    assert (followed.code, followed.out.count("papers-1")) == (0, 3)
    assert '"text": "starting"' in living("logs", "open", "--follow", "-o", "json").out
    assert living("logs", "open", "--follow", "--previous").code == 2


def test_what_the_cluster_tells_is_a_table(living: Appstore) -> None:
    """With the object, the reason, how often and the sentence; the platform's own events are asked otherwise."""
    told = living("events", "open")
    assert told.code == 0
    for words in ("Pod/papers-1", "BackOff", "3", "Back-off pulling image"):
        assert words in told.out
    assert living("events", "open", "-o", "json").json["items"][0]["warning"]
    assert living("events", "open", "--follow").code == 2


@pytest.mark.parametrize(("language", "said"), [("en", "is simulated"), ("nl", "is gesimuleerd")])
def test_a_simulated_cluster_is_called_so(living: Appstore, gateway: Served, language: str, said: str) -> None:
    """What a simulation tells is not taken for what Kubernetes tells, and of a real cluster nothing is said."""
    assert said not in living("events", "open", APPSTORE_LANG=language).err
    gateway.fake.simulated = True
    told = living("events", "open", APPSTORE_LANG=language)
    assert (told.code, told.err.count(said), "BackOff" in told.out) == (0, 1, True)
