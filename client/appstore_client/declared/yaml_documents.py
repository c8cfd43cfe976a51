"""YAML as nodes with their lines, bounded: what is too deep, or repeats itself by alias, is never built.

After it: `form`, which takes a node apart. A scalar stays the text that was written: 1.10 is a version, not a number.
"""

from collections.abc import Iterator

import yaml
from yaml.nodes import Node

from appstore_client.declared.declaration import Mistake, Place

LARGEST_FILE = 262_144
"""Bytes."""
DEEPEST = 12
MOST_DOCUMENTS = 200
"""In one file."""
_OPENS = (yaml.MappingStartEvent, yaml.SequenceStartEvent)
_CLOSES = (yaml.MappingEndEvent, yaml.SequenceEndEvent)


class UnreadableError(Exception):
    """A file that is no YAML, or more of it than anybody declares."""

    def __init__(self, mistake: Mistake) -> None:
        super().__init__(mistake.code)
        self.mistake = mistake


def documents(text: str, file: str) -> list[Node]:
    """Return the nodes of every document that is not empty; raises `UnreadableError`."""
    try:
        _look_through(text, file)
        found = [node for node in yaml.compose_all(text, Loader=yaml.SafeLoader) if node is not None]
    except yaml.reader.ReaderError as error:
        line = text[: error.position].count("\n") + 1
        raise UnreadableError(Mistake(Place(file, line), "", "yaml", {"reason": error.reason})) from None
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = mark.line + 1 if mark else 0
        reason = error.problem or error.context or "YAML"
        raise UnreadableError(Mistake(Place(file, line), "", "yaml", {"reason": reason})) from None
    return [node for node in found if not _is_empty(node)]


def _look_through(text: str, file: str) -> None:
    depth = count = 0
    for event in _events(text):
        line = event.start_mark.line + 1 if event.start_mark else 0
        depth += isinstance(event, _OPENS) - isinstance(event, _CLOSES)
        count += isinstance(event, yaml.DocumentStartEvent)
        if isinstance(event, yaml.AliasEvent):
            raise UnreadableError(Mistake(Place(file, line), "", "alias"))
        if depth > DEEPEST:
            raise UnreadableError(Mistake(Place(file, line), "", "too-deep", {"count": DEEPEST}))
        if count > MOST_DOCUMENTS:
            raise UnreadableError(Mistake(Place(file, line), "", "too-many-documents", {"count": MOST_DOCUMENTS}))


def _events(text: str) -> Iterator[yaml.Event]:
    found: Iterator[yaml.Event] = yaml.parse(text, Loader=yaml.SafeLoader)
    return found


def _is_empty(node: Node) -> bool:
    return isinstance(node, yaml.ScalarNode) and node.tag == "tag:yaml.org,2002:null"
