"""The Secret with the values of a deployment's secret parameters. environment.py refers to its keys."""

import base64
from collections.abc import Mapping
from typing import Any

from services.deployer.domain.manifest.environment import secret_name
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.labels import metadata


def settings_secret(facts: DeploymentFacts, values: Mapping[str, str]) -> dict[str, Any]:
    """An opaque Secret: parameter → value."""
    return {
        "apiVersion": "v1",
        "kind": "Secret",
        "type": "Opaque",
        "metadata": metadata(facts, secret_name(facts.name)),
        "data": {name: base64.b64encode(value.encode()).decode() for name, value in sorted(values.items())},
    }
