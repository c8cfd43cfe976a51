"""The clusters that can be deployed to, from the deployer's events."""

from typing import Any

from chassis.motions import Project
from contracts import topics
from contracts.envelope import Event

Document = dict[str, Any]


def document(event: Event[Any]) -> str:
    """One document a cluster."""
    return str(event.data.cluster)


def apply(_before: Document | None, event: Event[Any]) -> Document:
    """Keep what the cluster offers now."""
    return dict(event.data.model_dump(mode="json"))


CLUSTERS = Project("clusters", 1, (topics.CLUSTERS,), document, apply)
