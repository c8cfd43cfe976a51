"""How an event of an earlier release reads today, so that handlers and folds know the newest form alone.

A log that is kept for ever can't be rewritten, so what is old is made new when it is read, before it is validated. An
upcaster is pure and knows nothing but the event. It may also lead to another class, when a type got a new version.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from contracts.community.events import ReviewPublished
from contracts.envelope import Context
from contracts.noun import write_time
from contracts.payload import Payload

Data = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Upcaster:
    """Makes the data (JSON, names as on the wire) of one type on the log into that of the class `to`."""

    to: type[Payload]
    data: Callable[[Context, Data], Data]


def _written_when_told(context: Context, data: Data) -> Data:
    """Before 0.2 a review did not say when it was written; the event told it at once."""
    return {**data, "writtenAt": data.get("writtenAt") or write_time(context.time)}


UPCASTERS: Mapping[str, Upcaster] = {
    "nl.appstore.review.published.v1": Upcaster(ReviewPublished, _written_when_told),
}
"""CloudEvents type as it stands on the log → how it reads today."""
