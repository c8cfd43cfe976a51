"""Files stay small and are called after what they do; nothing of one machine or one registry stands in them."""

import re
from pathlib import Path

from tests.architecture.source import CODE, ROOT, files, name_of

LONGEST = 300
BANNED_NAMES = {"utils", "helpers", "service", "common", "manager", "misc"}
_REGISTRIES = ("pypi" + ".org", "pythonhosted" + ".org", "registry." + "npmjs", "proxy." + "golang")
_MACHINE = re.compile(r"(?<![\w.])/work" + r"/")
TEXTS = (".py", ".md", ".yaml", ".yml", ".toml", ".cfg", ".json", ".html", ".css", ".js", ".lock", ".sh")


def too_long(lines: int) -> bool:
    """Whether a file with this many lines hides more than one thing."""
    return lines > LONGEST


def named_after_nothing(path: Path) -> bool:
    """Whether a file's name says nothing about what is in it."""
    return path.stem in BANNED_NAMES


def foreign_addresses(text: str) -> list[str]:
    """What in a text belongs to one registry or one machine, and so not in the project."""
    found = [registry for registry in _REGISTRIES if registry in text]
    return found + [match.group() for match in _MACHINE.finditer(text)]


def texts_of_the_checkout() -> list[Path]:
    """Every text a person writes or a tool locks; generated and hidden folders apart."""
    top = [path for path in ROOT.iterdir() if path.is_file() and (path.suffix in TEXTS or path.name == "Makefile")]
    below = [path for suffix in TEXTS for path in files(*CODE, "docs", suffix=suffix)]
    return sorted({*top, *below})


def test_no_file_is_over_300_lines() -> None:
    """Every Python file is at most 300 lines, so that it can be read in one go."""
    assert [name_of(path) for path in files(*CODE) if too_long(len(path.read_text().splitlines()))] == []


def test_a_long_file_is_caught() -> None:
    """The rule lets 300 lines pass and not 301."""
    assert not too_long(300)
    assert too_long(301)


def test_no_file_is_named_after_nothing() -> None:
    """No file is called utils, helpers, service, common or manager: its name says what it does."""
    assert [name_of(path) for path in files(*CODE) if named_after_nothing(path)] == []


def test_a_name_that_says_nothing_is_caught() -> None:
    """The rule sees the name and not the folder."""
    assert named_after_nothing(Path("services/catalog/service.py"))
    assert not named_after_nothing(Path("services/catalog/handlers.py"))


def test_no_registry_and_no_machine_is_named() -> None:
    """No text in the checkout names a package registry or a path of one machine."""
    found = {name_of(path): foreign_addresses(path.read_text(errors="replace")) for path in texts_of_the_checkout()}
    assert {name: addresses for name, addresses in found.items() if addresses} == {}


def test_an_address_that_does_not_belong_is_caught() -> None:
    """The rule sees a registry's address and a path of a machine, and leaves addresses of ours alone."""
    assert foreign_addresses("https://files." + "pythonhosted" + ".org/x") == ["pythonhosted" + ".org"]
    assert foreign_addresses("see /" + "work/main/x") == ["/" + "work/"]
    assert foreign_addresses("GET /api/v1/work/items and docs/work/plan.md") == []
