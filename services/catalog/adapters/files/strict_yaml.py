"""YAML as it is safe to take from somebody else: bounded in size, no anchors, no key twice, nothing but plain data.

Anchors are refused because a few lines of them unfold into gigabytes. `app_folders.py` reads every file through here.
"""

import stat
from pathlib import Path
from typing import Any

import yaml
from yaml.constructor import ConstructorError

FILE_LIMIT = 256 * 1024
"""Largest file that is read, in bytes."""


class BadFile(ValueError):  # noqa: N818 - says it all
    """A file that cannot be taken. `what` says why and `what_now` what its author can do."""

    def __init__(self, what: str, what_now: str) -> None:
        """Keep both sentences."""
        super().__init__(what)
        self.what = what
        self.what_now = what_now


class _PlainLoader(yaml.SafeLoader):
    """The safe loader, without anchors and with a look at every key."""

    def compose_node(self, parent: yaml.Node | None, index: Any) -> yaml.Node | None:
        """Refuse `*name`; the rest is composed as ever."""
        if self.check_event(yaml.AliasEvent):
            mark = self.peek_event().start_mark  # type: ignore[no-untyped-call]
            raise ConstructorError(None, None, "anchors and aliases are not allowed", mark)
        return super().compose_node(parent, index)

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        """Refuse a key that stands twice: the second would silently win."""
        seen: set[str] = set()
        for key, _ in node.value:
            name = str(key.value)
            if name in seen:
                raise ConstructorError(None, None, f"the key {name} stands there twice", key.start_mark)
            seen.add(name)
        return super().construct_mapping(node, deep)


def load_mapping(path: Path, root: Path) -> dict[str, Any]:
    """The mapping in a file inside `root`. Raises BadFile for anything else."""
    text = _text(path, root)
    try:
        loaded = yaml.load(text, _PlainLoader)  # noqa: S506 - a safe loader, only stricter
    except yaml.MarkedYAMLError as error:
        line = f" (line {error.problem_mark.line + 1})" if error.problem_mark else ""
        raise BadFile(f"this is not the YAML we take: {error.problem}{line}", "Correct that line.") from error
    except yaml.YAMLError as error:
        raise BadFile("this is not YAML text", "Save the file as plain UTF-8 text.") from error
    except RecursionError as error:
        raise BadFile("lists and mappings are nested too deep", "Write the file flatter.") from error
    except ValueError as error:
        raise BadFile(f"a value cannot be read: {error}", "Put it between quotes, or correct it.") from error
    if not isinstance(loaded, dict):
        raise BadFile("the file has no keys", "Begin with lines such as `name: my-app`.")
    return loaded


def inside(path: Path, root: Path) -> bool:
    """Whether a path stays within the folder, links followed."""
    return path.resolve().is_relative_to(root.resolve())


def _text(path: Path, root: Path) -> str:
    try:
        if not inside(path, root):
            raise BadFile("this link leads out of the folder", "Put the file itself here.")
        if not stat.S_ISREG(path.stat().st_mode):
            raise BadFile("this is not a file", "Put a YAML file here.")
        with path.open("rb") as opened:
            content = opened.read(FILE_LIMIT + 1)
    except FileNotFoundError as error:
        raise BadFile("this file is missing", "Add it.") from error
    except OSError as error:
        raise BadFile(f"this file cannot be read: {error.strerror}", "Let the catalog read it.") from error
    if len(content) > FILE_LIMIT:
        raise BadFile(f"this file is larger than {FILE_LIMIT // 1024} KB", "Make it smaller.")
    try:
        return content.decode()
    except UnicodeDecodeError as error:
        raise BadFile("this is not UTF-8 text", "Save the file as UTF-8.") from error
