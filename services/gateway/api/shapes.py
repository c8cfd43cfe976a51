"""The base of what the API answers and takes: camelCase on the wire; what comes in is strict."""

from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints
from pydantic.alias_generators import to_camel


class Shown(BaseModel):
    """Something the API answers."""

    model_config = ConfigDict(
        alias_generator=to_camel, validate_by_name=True, validate_by_alias=True, serialize_by_alias=True
    )


class Taken(BaseModel):
    """Something the API takes: unknown fields are mistakes to be told about."""

    model_config = ConfigDict(alias_generator=to_camel, validate_by_alias=True, extra="forbid", frozen=True)


Word = Annotated[str, StringConstraints(max_length=200, strip_whitespace=True)]
