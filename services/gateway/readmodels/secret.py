"""The road of secrets as deployers tell it: the newest sealing key of each cluster, and which secrets are stored."""

from typing import Any

from chassis.motions import Project
from contracts import topics
from contracts.envelope import Event

Document = dict[str, Any]


def cluster_of(event: Event[Any]) -> str:
    """One document a cluster."""
    return str(event.data.cluster)


def secret_of(event: Event[Any]) -> str:
    """One document a secret."""
    return str(event.data.secret)


def apply(_before: Document | None, event: Event[Any]) -> Document:
    """Keep what was told last."""
    return dict(event.data.model_dump(mode="json"))


SEALING_KEYS = Project("sealing_keys", 1, (topics.SEALING_KEYS,), cluster_of, apply)
STORED_SECRETS = Project("stored_secrets", 1, (topics.SECRETS,), secret_of, apply)
