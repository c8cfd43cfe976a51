"""The clusters that can be deployed to, from the deployer's events."""

from typing import Any

from chassis.motions import Project
from contracts import topics
from contracts.compliance.level import PolicyLevel
from contracts.envelope import Event

Document = dict[str, Any]


def document(event: Event[Any]) -> str:
    """One document a cluster."""
    return str(event.data.cluster)


def apply(_before: Document | None, event: Event[Any]) -> Document:
    """Keep what the cluster offers now."""
    return dict(event.data.model_dump(mode="json"))


def level_in(cluster: Document, environment: str) -> str:
    """How strictly an environment of it is judged now."""
    offer = cluster.get("offers", {}).get(environment, {})
    return str(offer.get("policyLevel", PolicyLevel.STRICT.value))


CLUSTERS = Project("clusters", 2, (topics.CLUSTERS,), document, apply)
