"""A cluster as the deployer tells the world about it, and only when something changed."""

from typing import Any

from contracts.clusters.events import ClusterRegistered
from contracts.envelope import Event
from contracts.noun import Noun


class Cluster(Noun):
    """What was told last."""

    registered: ClusterRegistered


def evolve(_state: Cluster | None, event: Event[Any]) -> Cluster:
    """The cluster after one of its events."""
    return Cluster(registered=event.data)


def register(state: Cluster | None, found: ClusterRegistered) -> ClusterRegistered | None:
    """The event to tell, or None when the world knows all of it."""
    return None if state is not None and state.registered == found else found
