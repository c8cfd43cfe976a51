"""Reads one YAML file of bounded size, without what makes YAML surprising: aliases, and keys that are said twice."""

from pathlib import Path
from typing import Any

import yaml

LARGEST = 64 * 1024
"""Bytes in one file."""


class FileError(ValueError):
    """A file of the policies cannot be used. Its text names the file and the place."""


class _PlainLoader(yaml.SafeLoader):
    """YAML without aliases and without repeated keys."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            message = "aliases (*name) are not used here"
            raise yaml.MarkedYAMLError(problem=message, problem_mark=self.get_mark())
        node: yaml.Node | None = super().compose_node(parent, index)
        return node

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:  # noqa: FBT001, FBT002
        names = [key.value for key, _ in node.value]
        for name in names:
            if names.count(name) > 1:
                message = f"{name} is said twice"
                raise yaml.MarkedYAMLError(problem=message, problem_mark=node.start_mark)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path, shown: str) -> dict[str, Any]:
    """The mapping in a file. `shown` is how messages name the file. Raises FileError."""
    try:
        if path.stat().st_size > LARGEST:
            message = f"{shown}: larger than {LARGEST // 1024} KiB"
            raise FileError(message)
        content = yaml.load(path.read_text(encoding="utf-8"), Loader=_PlainLoader)  # noqa: S506 - a SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        place = f" line {mark.line + 1}" if mark is not None else ""
        message = f"{shown}{place}: {error.problem or 'not YAML'}"
        raise FileError(message) from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError, RecursionError) as error:
        message = f"{shown}: cannot be read ({type(error).__name__})"
        raise FileError(message) from error
    if not isinstance(content, dict):
        message = f"{shown}: is not a list of fields"
        raise FileError(message)
    return content
