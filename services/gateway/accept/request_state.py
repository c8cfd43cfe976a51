"""What the gateway keeps of the requests it wrote: that they were made, and what is asked of a deployment now.

A change to a deployment builds on this inside the transaction that accepts it, so of two at once the second contains
the first.
"""

from typing import Any

from contracts.deployments.requests import DeploymentCancelRequested, DeploymentRemovalRequested, DeploymentRequested
from contracts.envelope import Event
from contracts.noun import Noun


class Requested(Noun):
    """The newest request about a thing; of a deployment also the newest whole one, and what was taken back last."""

    event: str
    operation: str
    whole: DeploymentRequested | None = None
    generation: int = 0
    """Of `whole`."""
    cancels: int | None = None
    """The generation that the newest request takes back, when it is a cancel."""
    with_data: bool = False
    """Whether the newest request takes the data too, when it is a removal."""


def evolve(before: Requested | None, event: Event[Any]) -> Requested:
    """Fold one of the gateway's own requests."""
    data = event.data
    whole, generation = (before.whole, before.generation) if before is not None else (None, 0)
    if isinstance(data, DeploymentRequested):
        whole, generation = data, event.context.number
    return Requested(
        event=type(data).__name__,
        operation=event.context.correlationid,
        whole=whole,
        generation=generation,
        cancels=data.cancels if isinstance(data, DeploymentCancelRequested) else None,
        with_data=isinstance(data, DeploymentRemovalRequested) and data.with_data,
    )
