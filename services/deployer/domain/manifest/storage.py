"""The data a deployment keeps: one claim for each persistent volume. Scratch space lives in the pod."""

from typing import Any

from contracts.apps.spec import AppSpec, Volume
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.labels import derived_name, metadata


def claim_name(facts: DeploymentFacts, volume: Volume) -> str:
    """What the claim of a volume is called."""
    return derived_name(facts.name, volume.name)


def volume_claims(facts: DeploymentFacts, spec: AppSpec) -> tuple[dict[str, Any], ...]:
    """One PersistentVolumeClaim for each persistent volume, of the cluster's default storage class."""
    return tuple(
        {
            "apiVersion": "v1",
            "kind": "PersistentVolumeClaim",
            "metadata": metadata(facts, claim_name(facts, volume)),
            "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": volume.size}}},
        }
        for volume in spec.volumes
        if volume.persistent
    )


def pod_volumes(facts: DeploymentFacts, spec: AppSpec) -> list[dict[str, Any]]:
    """The volumes as the pod names them: claims, and scratch space with a ceiling."""
    return [
        {"name": volume.name, "persistentVolumeClaim": {"claimName": claim_name(facts, volume)}}
        if volume.persistent
        else {"name": volume.name, "emptyDir": {"sizeLimit": volume.size}}
        for volume in spec.volumes
    ]
