"""Prose that names modules rots; here it can't: every module, name and file a docstring mentions must be there."""

import ast
import importlib
import importlib.util
import re
from collections.abc import Iterator
from pathlib import Path

from tests.architecture.source import CODE, ROOT, files, name_of, tree_of

_PACKAGES = ("contracts", "chassis", "services", "infra", "tests")
_DOTTED = re.compile(rf"`((?:{'|'.join(_PACKAGES)})(?:\.\w+)+)(?:\(.*?\))?`")
_FILE = re.compile(
    r"(?<![\w/.<{*])((?:contracts|chassis|services|infra|tests|docs|client)/[\w./-]+\.(?:py|md|yaml|json))"
)


def mentioned(tree: ast.Module) -> Iterator[str]:
    """The modules, names and files that a file's docstrings mention."""
    documented = (ast.Module, ast.ClassDef, ast.FunctionDef, ast.AsyncFunctionDef)
    for node in ast.walk(tree):
        if isinstance(node, documented) and (text := ast.get_docstring(node)):
            yield from _DOTTED.findall(text)
            yield from _FILE.findall(text)


def is_there(mention: str, root: Path = ROOT) -> bool:
    """Whether a dotted name or a path leads somewhere."""
    if "/" in mention:
        return (root / mention).exists()
    parts = mention.split(".")
    for length in range(len(parts), 0, -1):
        if _module_exists(".".join(parts[:length])):
            return _has(".".join(parts[:length]), parts[length:])
    return False


def _module_exists(name: str) -> bool:
    try:
        return importlib.util.find_spec(name) is not None
    except ModuleNotFoundError:
        return False


def _has(module: str, names: list[str]) -> bool:
    found = importlib.import_module(module) if names else None
    for name in names:
        fields = getattr(found, "model_fields", {}) | getattr(found, "__annotations__", {})
        if not hasattr(found, name) and name not in fields:
            return False
        found = getattr(found, name, None)
    return True


def test_what_docstrings_name_is_there() -> None:
    """Each module, class, function and file named in a docstring can be opened."""
    missing = {name_of(path): [m for m in mentioned(tree_of(path)) if not is_there(m)] for path in files(*CODE)}
    assert {name: mentions for name, mentions in missing.items() if mentions} == {}


def test_a_name_that_is_gone_is_caught() -> None:
    """The rule sees a module, an attribute and a file that are not there."""
    names = ("chassis.wire.read_event", "chassis.nowhere", "chassis.wire.nothing")
    text = f'"""See {", ".join(f"`{name}`" for name in names)} and {"docs"}/x.md."""'
    assert [m for m in mentioned(ast.parse(text)) if not is_there(m)] == [
        "chassis.nowhere",
        "chassis.wire.nothing",
        "docs/x.md",
    ]
