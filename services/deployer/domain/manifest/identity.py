"""The account a deployment's pods run as: its own, and without a token for the cluster's API."""

from typing import Any

from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.labels import metadata


def service_account(facts: DeploymentFacts) -> dict[str, Any]:
    """A ServiceAccount that mounts no token."""
    return {
        "apiVersion": "v1",
        "kind": "ServiceAccount",
        "metadata": metadata(facts, facts.name),
        "automountServiceAccountToken": False,
    }
