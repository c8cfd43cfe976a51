"""The first of the local issuer's demo people, to show after a start."""

from dataclasses import dataclass
from pathlib import Path

from infra.local.home import CHECKOUT

PEOPLE = CHECKOUT / "infra" / "local" / "people.yaml"


@dataclass(frozen=True, slots=True)
class DemoLogin:
    """A person who exists in the embedded stack only."""

    username: str
    password: str
    name: str


def demo_login(people: Path = PEOPLE) -> DemoLogin | None:
    """The first person of the file; None without a file."""
    if not people.is_file():
        return None
    import yaml  # noqa: PLC0415 - read once, at the end of a start that should be quick

    found = yaml.safe_load(people.read_text(encoding="utf-8"))
    first = (found["people"] if isinstance(found, dict) else found)[0]
    return DemoLogin(username=str(first["username"]), password=str(first["password"]), name=str(first["name"]))
