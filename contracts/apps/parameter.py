"""What a team chooses when it deploys, and which values fit. Gateway, deployer and catalog ask the same question here.

Values travel as text. `json_schema` says of what the text means what `misfit` decides; a test holds the two together.
"""

import re
from collections.abc import Iterable
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, StringConstraints, TypeAdapter, ValidationError, model_validator
from pydantic.errors import PydanticUserError
from pydantic_core import SchemaError

from contracts.apps.values import EnvName, EnvValue
from contracts.identifiers import DnsLabel
from contracts.noun import Noun, Text

LONGEST = 4096
Misfit = Literal["text", "choice", "number", "whole", "range", "boolean", "length", "pattern"]
_NUMBER = re.compile(r"-?[0-9]{1,18}(\.[0-9]{1,18})?", re.ASCII)
_WHOLE = re.compile(r"-?[0-9]{1,18}", re.ASCII)


@lru_cache(maxsize=1024)
def _form(pattern: str) -> TypeAdapter[str]:
    """A pattern made ready, by an engine that takes time in proportion to the text whatever the pattern."""
    return _adapter(rf"\A(?:{pattern})\z")


def _adapter(pattern: str) -> TypeAdapter[str]:
    matching: Any = Annotated[str, StringConstraints(pattern=pattern)]
    return TypeAdapter(matching)


def _must_compile(pattern: str) -> str:
    try:
        _adapter(pattern)
        _form(pattern)
    except (SchemaError, PydanticUserError) as error:
        message = "this is not a regular expression of the kind without look-around and back-references"
        raise ValueError(message) from error
    return pattern


Bound = Annotated[float, Field(ge=-1e15, le=1e15, allow_inf_nan=False)]
Pattern = Annotated[str, StringConstraints(min_length=1, max_length=200), AfterValidator(_must_compile)]
"""A regular expression that the whole text has to match."""


class ParameterKind(StrEnum):
    """What a parameter's value looks like."""

    TEXT = "text"
    NUMBER = "number"
    BOOLEAN = "boolean"


class Parameter(Noun):
    """Something a team chooses when it deploys: becomes the environment variable `env` of every container.

    The value of a `secret` one travels sealed and never stands in an event. A `generated` secret that nobody gives is
    made in the cluster. `pattern` and `max_length` bound a text; `minimum`, `maximum` and `whole` a number.
    """

    name: DnsLabel
    title: Text
    env: EnvName
    kind: ParameterKind = ParameterKind.TEXT
    choices: Annotated[tuple[EnvValue, ...], Field(max_length=32)] = ()
    default: EnvValue | None = None
    required: bool = False
    secret: bool = False
    generated: bool = False
    pattern: Pattern | None = None
    max_length: Annotated[int, Field(ge=1, le=LONGEST)] | None = None
    minimum: Bound | None = None
    maximum: Bound | None = None
    whole: bool = False

    @model_validator(mode="after")
    def _leaves_a_choice(self) -> "Parameter":
        if self.minimum is not None and self.maximum is not None and self.minimum > self.maximum:
            message = "the minimum is more than the maximum"
            raise ValueError(message)
        return self

    def misfit(self, value: str) -> Misfit | None:
        """What a value would have to be and is not; None when it fits. Whoever takes one asks here."""
        if "\0" in value:
            return "text"
        if self.choices and value not in self.choices:
            return "choice"
        if self.kind is ParameterKind.NUMBER:
            return self._number_misfit(value)
        if self.kind is ParameterKind.BOOLEAN:
            return None if value in ("true", "false") else "boolean"
        return self._text_misfit(value)

    def allowed(self, misfit: Misfit) -> str:
        """The bound that a value missed, in symbols that need no translation; empty where its kind says it all."""
        match misfit:
            case "choice":
                return ", ".join(self.choices)
            case "range":
                return f"{_written(self.minimum)} … {_written(self.maximum)}".strip()
            case "length":
                return str(self.max_length or LONGEST)
            case "pattern":
                return self.pattern or ""
            case _:
                return ""

    def json_schema(self) -> dict[str, Any]:
        """The JSON Schema (2020-12) of what the value means."""
        bounds: dict[str, Any] = {"default": self.default, "enum": list(self.choices) or None}
        if self.kind is ParameterKind.NUMBER:
            bounds |= {"type": "integer" if self.whole else "number", "minimum": self.minimum, "maximum": self.maximum}
        elif self.kind is ParameterKind.BOOLEAN:
            bounds |= {"type": "boolean"}
        else:
            form = f"^(?:{self.pattern})$" if self.pattern is not None else None
            bounds |= {"type": "string", "maxLength": self.max_length or LONGEST, "pattern": form}
        return {"title": self.title.en, **{name: bound for name, bound in bounds.items() if bound is not None}}

    def _number_misfit(self, value: str) -> Misfit | None:
        if not _NUMBER.fullmatch(value):
            return "number"
        if self.whole and not _WHOLE.fullmatch(value):
            return "whole"
        number = Decimal(value)
        too_small = self.minimum is not None and number < Decimal(str(self.minimum))
        return "range" if too_small or (self.maximum is not None and number > Decimal(str(self.maximum))) else None

    def _text_misfit(self, value: str) -> Misfit | None:
        if len(value) > (self.max_length or LONGEST):
            return "length"
        if self.pattern is None:
            return None
        try:
            _form(self.pattern).validate_python(value)
        except ValidationError:
            return "pattern"
        return None


def schema_of_parameters(parameters: Iterable[Parameter]) -> dict[str, Any]:
    """The JSON Schema of all of a version's parameters but the secret ones, which are nobody's to read."""
    open_ones = [parameter for parameter in parameters if not parameter.secret]
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {parameter.name: parameter.json_schema() for parameter in open_ones},
        "required": [parameter.name for parameter in open_ones if parameter.required and parameter.default is None],
        "additionalProperties": False,
    }


def _written(bound: float | None) -> str:
    return "" if bound is None else f"{bound:g}"
