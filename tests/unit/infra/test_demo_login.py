"""The demo person shown after a start."""

from pathlib import Path

from infra.local.demo_login import DemoLogin, demo_login


def test_the_first_person_is_shown() -> None:
    """The stack's own people file names somebody who can sign in."""
    login = demo_login()
    assert login is not None
    assert all((login.username, login.password, login.name))


def test_a_list_without_heading_is_read_too(tmp_path: Path) -> None:
    """The people may stand at the top of the file."""
    people = tmp_path / "people.yaml"
    people.write_text("- {username: a, password: b, name: c}\n- {username: d, password: e, name: f}\n")
    assert demo_login(people) == DemoLogin("a", "b", "c")


def test_a_stack_without_people_shows_nobody(tmp_path: Path) -> None:
    """Without the file the start is none the worse."""
    assert demo_login(tmp_path / "people.yaml") is None
