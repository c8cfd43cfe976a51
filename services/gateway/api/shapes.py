"""The base of what the API answers and takes: camelCase on the wire; what comes in is strict.

What does not fit its shape becomes a `FieldError`, without anything of what was sent. After it: `problems`, which tells
it in the reader's language with the texts of `locales/*/field.yaml`.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, get_args

from pydantic import BaseModel, ConfigDict
from pydantic.alias_generators import to_camel

from contracts.identifiers import AppName, DnsLabel, SourceName, VersionTag

LONGEST_FIELD = 200
"""Characters of a field's name that are told back."""


class Shown(BaseModel):
    """Something the API answers."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


class Taken(BaseModel):
    """Something the API takes: unknown fields are mistakes to be told about."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True, extra="forbid", frozen=True)


@dataclass(frozen=True, slots=True)
class FieldError:
    """One field that is not right: a stable code, and the sentence `field.<text>` with its values."""

    field: str
    code: str
    text: str
    values: Mapping[str, str | int | float]


_WHOLE_BODY = "body"
_NO_OBJECT = frozenset({"missing", "model_type", "model_attributes_type", "dict_type"})
_BOUNDS = ("min_length", "max_length", "ge", "le", "count")
_QUOTED = re.compile(r"'([^']*)'")
_NAMES_IN_WORDS: Mapping[str, str] = {
    get_args(kind)[1].pattern: text
    for kind, text in (
        (AppName, "name.app"),
        (DnsLabel, "name.label"),
        (SourceName, "name.source"),
        (VersionTag, "name.version"),
    )
}
"""Each pattern that is asked of a field, and the sentence that says it without one."""


def field_error(error: Any, place: Sequence[str | int]) -> FieldError:
    """What pydantic found wrong at a place in what was sent; without a place it is the body as a whole."""
    code, context = str(error["type"]), error.get("ctx", {})
    if code == "json_invalid":
        # FastAPI's place of broken JSON is how many characters were still good.
        return FieldError(_WHOLE_BODY, code, code, {"position": int(place[-1]) + 1})
    name = ".".join(map(str, place)).encode("utf-8", "replace").decode()[:LONGEST_FIELD]
    return FieldError(name or _WHOLE_BODY, code, _text(code, name, context), _values(context))


def _text(code: str, name: str, context: Mapping[str, Any]) -> str:
    if not name and code in _NO_OBJECT:
        return "model_type"
    if code == "string_pattern_mismatch":
        return _NAMES_IN_WORDS.get(context["pattern"], code)
    return str(context.get("text", code))


def _values(context: Mapping[str, Any]) -> dict[str, str | int | float]:
    values: dict[str, str | int | float] = {}
    for bound in _BOUNDS:
        if isinstance(context.get(bound), int | float):
            values["count"] = context[bound]
    if "expected" in context:
        values["allowed"] = ", ".join(_QUOTED.findall(context["expected"]))
    return values
