"""The base of every value that travels: frozen, camelCase on the wire, tolerant of fields it does not know yet.

Tolerance is what lets a newer writer add a field without stopping an older reader (contracts/README.md says what may
change). Readers of requests from outside are strict instead; they live in the gateway.
"""

from datetime import UTC, datetime
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, PlainSerializer, StringConstraints
from pydantic.alias_generators import to_camel


class Noun(BaseModel):
    """A value in a contract."""

    model_config = ConfigDict(
        frozen=True,
        extra="ignore",
        alias_generator=to_camel,
        validate_by_name=True,
        validate_by_alias=True,
        serialize_by_alias=True,
    )


def _must_be_utc(moment: datetime) -> datetime:
    if moment.utcoffset() is None:
        message = "a time needs its offset"
        raise ValueError(message)
    return moment


def write_time(moment: datetime) -> str:
    """RFC 3339 in UTC with `Z` and milliseconds, as every time is written (NLGov API Design Rules, timestamps)."""
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


Time = Annotated[datetime, AfterValidator(_must_be_utc), PlainSerializer(write_time, return_type=str, when_used="json")]
Sentence = Annotated[str, StringConstraints(min_length=1, max_length=400, strip_whitespace=True)]


class Text(Noun):
    """One text in the two languages of the product."""

    nl: Sentence
    en: Sentence
