"""What the gateway keeps of the requests it wrote: enough to know that they were made."""

from typing import Any

from contracts.envelope import Event
from contracts.noun import Noun


class Requested(Noun):
    """The newest request about a thing."""

    event: str
    operation: str


def evolve(_before: Requested | None, event: Event[Any]) -> Requested:
    """Fold one of the gateway's own requests."""
    return Requested(event=type(event.data).__name__, operation=event.context.correlationid)
