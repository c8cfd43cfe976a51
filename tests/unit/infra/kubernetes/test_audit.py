"""What the API server is told to record, and what is read of it."""

import json
from pathlib import Path

from infra.kubernetes.audit import Asked, asked, audit_flags, length
from infra.kubernetes.home import PlaneHome


def test_without_accounts_nothing_is_recorded(tmp_path: Path) -> None:
    """No flag, no policy, and an empty record."""
    home = PlaneHome(tmp_path)
    assert audit_flags(home, ()) == ()
    assert list(asked(home)) == []
    assert length(home) == 0


def test_only_the_named_accounts_are_recorded(tmp_path: Path) -> None:
    """The first rule that fits counts: theirs, then nobody's."""
    home = PlaneHome(tmp_path)
    policy = audit_flags(home, ("one",))[0].partition("=")[2]
    rules = json.loads(Path(policy).read_text())["rules"]
    assert rules == [{"level": "Metadata", "users": ["one"]}, {"level": "None"}]


def test_requests_are_read_from_where_one_looked_last(tmp_path: Path) -> None:
    """Each request that ended is one, whatever it was about."""
    home = PlaneHome(tmp_path)
    ended = {"stage": "ResponseComplete", "user": {"username": "one"}, "verb": "patch"}
    first = [{**ended, "stage": "Panic"}, {**ended, "verb": "get"}]
    home.audit_log.write_text("".join(json.dumps(one) + "\n" for one in first))
    assert list(asked(home)) == [Asked("one", "get", "")]
    before = length(home)
    with home.audit_log.open("a") as log:
        log.write(json.dumps({**ended, "objectRef": {"resource": "services"}}) + "\n")
    assert list(asked(home, since=before)) == [Asked("one", "patch", "services")]
