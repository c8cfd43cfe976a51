"""Takes a YAML node apart, and notes every mistake with its line and field instead of stopping at the first.

Before it: `yaml_documents`. After it: `form`, which says which fields there are.
"""

import re
from collections.abc import Collection, Iterator
from difflib import get_close_matches

from yaml.nodes import MappingNode, Node, ScalarNode

from appstore_client.declared.declaration import Mistake, Place

_PLAIN = frozenset(f"tag:yaml.org,2002:{kind}" for kind in ("str", "int", "float", "bool", "timestamp", "value"))
_NOTHING = "tag:yaml.org,2002:null"
_NUMBER = re.compile(r"[0-9]{1,6}", re.ASCII)
LONGEST_SHOWN = 80


class Fields:
    """The reading of one file; `places` gathers where each field of the document at hand stands."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.mistakes: list[Mistake] = []

    def place(self, node: Node) -> Place:
        """Where a node begins."""
        return Place(self.file, node.start_mark.line + 1)

    def wrong(self, node: Node, field: str, code: str, **values: str | int) -> None:
        """Note a mistake."""
        self.mistakes.append(Mistake(self.place(node), field, code, values))

    def children(self, node: Node, field: str, known: Collection[str] | None = None) -> dict[str, Node]:
        """Return what stands in a mapping, by name; with `known` every other name is a mistake."""
        if not isinstance(node, MappingNode):
            self.wrong(node, field, "not-a-mapping")
            return {}
        found: dict[str, Node] = {}
        for name, key, value in self._pairs(node, field):
            inner = f"{field}.{name}" if field else name
            if known is not None and name not in known:
                close = get_close_matches(name, known, 1) or sorted(known)
                self.wrong(key, inner, "unknown-field", known=", ".join(close))
            elif name in found:
                self.wrong(key, inner, "twice")
            else:
                found[name] = value
        return found

    def _pairs(self, node: MappingNode, field: str) -> Iterator[tuple[str, Node, Node]]:
        for key, value in node.value:
            if isinstance(key, ScalarNode):
                yield key.value[:LONGEST_SHOWN], key, value
            else:
                self.wrong(key, field, "not-a-name")

    def scalar(self, node: Node, field: str) -> str | None:
        """Return a scalar as it was written; None, and a mistake, for anything else."""
        if not isinstance(node, ScalarNode):
            self.wrong(node, field, "not-a-text")
        elif node.tag == _NOTHING:
            self.wrong(node, field, "empty")
        elif node.tag not in _PLAIN:
            self.wrong(node, field, "tag")
        else:
            return str(node.value)
        return None

    def text(self, node: Node, field: str, pattern: re.Pattern[str], code: str) -> str | None:
        """Return a text of this form."""
        value = self.scalar(node, field)
        if value is not None and pattern.fullmatch(value) is None:
            self.wrong(node, field, code)
            return None
        return value

    def number(self, node: Node, field: str, most: int) -> int | None:
        """Return a whole number from 0 to `most`."""
        value = self.scalar(node, field)
        if value is None:
            return None
        if _NUMBER.fullmatch(value) is None or int(value) > most:
            self.wrong(node, field, "not-a-number", most=most)
            return None
        return int(value)
