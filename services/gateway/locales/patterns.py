"""Reads the text files of one language into a flat table of patterns, once, when the gateway starts.

Before it: `locales/<language>/<concern>.yaml`. After it: `texts.Texts`, which fills the patterns in.
A key is the file's name and the path inside it, joined by dots: `apps.found`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Literal

import yaml

Language = Literal["nl", "en"]
LANGUAGES: tuple[Language, ...] = ("nl", "en")

_FOLDER = Path(__file__).parent
_PARAMETER = re.compile(r"\{(\w+)\}")
_PLURAL_FORMS = frozenset({"one", "other"})


@dataclass(frozen=True)
class Pattern:
    """One sentence with `{parameters}`, in one form or one for each plural of the language (CLDR names)."""

    forms: Mapping[str, str]

    @property
    def parameters(self) -> frozenset[str]:
        """The names that must be given; a sentence with plural forms always counts `count`."""
        named = {name for form in self.forms.values() for name in _PARAMETER.findall(form)}
        return frozenset(named | ({"count"} if self.is_plural else set()))

    @property
    def is_plural(self) -> bool:
        """Whether the form depends on `count`."""
        return "one" in self.forms


@cache
def patterns(language: Language) -> Mapping[str, Pattern]:
    """Every pattern of a language, by key."""
    table: dict[str, Pattern] = {}
    for file in sorted((_FOLDER / language).glob("*.yaml")):
        content = yaml.safe_load(file.read_text(encoding="utf-8"))
        table.update(_flatten(file.stem, content))
    return table


def _flatten(prefix: str, node: object) -> Iterator[tuple[str, Pattern]]:
    if isinstance(node, str):
        yield prefix, Pattern({"other": node})
    elif isinstance(node, dict) and set(node) == _PLURAL_FORMS:
        yield prefix, Pattern(node)
    elif isinstance(node, dict) and node:
        for name, child in node.items():
            yield from _flatten(f"{prefix}.{name}", child)
    else:
        message = f"the text {prefix} must be a sentence, plural forms or a group of texts"
        raise TypeError(message)


def fill(pattern: str, values: Mapping[str, str]) -> str:
    """The pattern with each `{name}` replaced once; values are never read as patterns themselves."""
    return _PARAMETER.sub(lambda found: values[found[1]], pattern)
