"""One act of sabotage: a file in `acts/` that names a rule, the change that breaks it, and the test that must notice.

    rule = "the rule of DESIGN that is broken"
    test = "tests/…::test_…"
    [[change]]
    file = "chassis/….py"
    find = "text that stands there once"
    replace = "what stands there instead"

The text is searched, not the line, so that an act outlives what moves around it; one that is not found any more is an
error and asks for another way to break the same rule.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

ACTS = Path(__file__).parent / "acts"


class Outdated(ValueError):  # noqa: N818 - says it all
    """The code changed, and the act no longer breaks it."""


@dataclass(frozen=True, slots=True)
class Change:
    """One replacement in one file."""

    file: str
    find: str
    replace: str

    def make(self, checkout: Path) -> str:
        """Make it, and give what the file was. Raises Outdated unless the text stands there exactly once."""
        path = checkout / self.file
        before = path.read_text(encoding="utf-8")
        if before.count(self.find) != 1:
            message = f"{self.file} has this text {before.count(self.find)} times:\n{self.find}"
            raise Outdated(message)
        path.write_text(before.replace(self.find, self.replace), encoding="utf-8")
        return before


@dataclass(frozen=True, slots=True)
class Act:
    """One rule, broken; and the test that must notice."""

    name: str
    rule: str
    test: str
    changes: tuple[Change, ...]


def all_acts(chosen: frozenset[str] = frozenset()) -> list[Act]:
    """The acts, by name; only those chosen, when any are. Raises KeyError for a name that is none."""
    found = {path.stem: path for path in sorted(ACTS.glob("*.toml"))}
    return [_read(found[name]) for name in (sorted(chosen) or found)]


def _read(path: Path) -> Act:
    read = tomllib.loads(path.read_text(encoding="utf-8"))
    changes = tuple(Change(one["file"], one["find"], one["replace"]) for one in read["change"])
    return Act(path.stem, read["rule"], read["test"], changes)
