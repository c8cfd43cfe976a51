"""Pages for people lead somewhere: every link to a file and every path in code marks is there."""

import re
from pathlib import Path

from tests.architecture.source import CODE, ROOT, files, name_of

_LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
_PATH = re.compile(r"`((?:contracts|chassis|services|infra|tests|docs|client)/[\w./-]*)`")


def dead_ends(page: Path, root: Path) -> list[str]:
    """What a page points at and is not there."""
    text = page.read_text()
    links = [link for link in _LINK.findall(text) if not (page.parent / link).exists()]
    return links + [path for path in _PATH.findall(text) if not (root / path).exists()]


def test_pages_lead_somewhere() -> None:
    """No page of the checkout has a link or a path that leads nowhere."""
    pages = [*ROOT.glob("*.md"), *files(*CODE, "docs", suffix=".md")]
    found = {name_of(page): dead_ends(page, ROOT) for page in pages}
    assert {name: paths for name, paths in found.items() if paths} == {}


def test_a_dead_end_is_caught(tmp_path: Path) -> None:
    """The rule sees a link and a path that lead nowhere, and leaves addresses and placeholders alone."""
    (tmp_path / "chassis").mkdir()
    page = tmp_path / "page.md"
    page.write_text("[a](there.md) [b](https://x.org) [c](page.md#part) `chassis/` `chassis/gone.py` `services/<name>`")
    assert dead_ends(page, tmp_path) == ["there.md", "chassis/gone.py"]
