"""The team's namespace for one environment. It is the team's: made with the first deployment, removed by none."""

from typing import Any

from contracts.deployments.environment import Environment
from services.deployer.domain.manifest.labels import team_labels

POD_SECURITY_VERSION = "v1.37"
"""Pinned, so that a newer cluster does not change what is admitted overnight."""


def team_namespace(environment: Environment) -> dict[str, Any]:
    """A namespace that admits only pods of the Pod Security Standard `restricted`."""
    levels = {
        f"pod-security.kubernetes.io/{mode}{suffix}": value
        for mode in ("enforce", "warn")
        for suffix, value in (("", "restricted"), ("-version", POD_SECURITY_VERSION))
    }
    return {
        "apiVersion": "v1",
        "kind": "Namespace",
        "metadata": {
            "name": environment.namespace,
            "labels": {**levels, **team_labels(environment)},
        },
    }
