"""A pod as the simulation sees it, read from and written as the Kubernetes object that is stored."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from services.deployer.adapters.sandbox.amounts import Amounts, requested, total
from services.deployer.adapters.sandbox.quantities import KIBIBYTES_PER_MEBIBYTE, kibibytes
from services.deployer.domain.manifest.labels import DEPLOYMENT

TEMPLATE_HASH = "pod-template-hash"
Object = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ContainerSpec:
    """What a container is made from, and how its readiness is asked (None: it is ready when it runs)."""

    name: str
    image: str
    asked: Amounts
    secrets: tuple[tuple[str, str], ...] = ()
    """Each Secret and key that a variable needs."""
    memory_limit: str | None = None
    memory_limit_mebibytes: int | None = None
    probe_seconds: float | None = None
    probe_path: str | None = None


@dataclass(frozen=True, slots=True)
class SandboxPod:
    """One pod. `bound_at` is when the scheduler gave it its node."""

    name: str
    namespace: str
    deployment: str
    template: str
    created: datetime
    containers: tuple[ContainerSpec, ...]
    manifest: Mapping[str, Any]
    node: str | None = None
    bound_at: datetime | None = None

    @property
    def asked(self) -> Amounts:
        """What all its containers ask together."""
        return total(container.asked for container in self.containers)

    @property
    def claims(self) -> tuple[str, ...]:
        """The names of the claims it mounts."""
        volumes = self.manifest["spec"].get("volumes", ())
        return tuple(one["persistentVolumeClaim"]["claimName"] for one in volumes if "persistentVolumeClaim" in one)

    def bound(self, node: str, at: datetime) -> "SandboxPod":
        """The pod on a node."""
        return replace(self, node=node, bound_at=at)


def read_pod(manifest: Mapping[str, Any]) -> SandboxPod:
    """The pod in a stored Pod object."""
    metadata, spec = manifest["metadata"], manifest["spec"]
    conditions = manifest.get("status", {}).get("conditions", ())
    scheduled = next((condition for condition in conditions if condition["type"] == "PodScheduled"), None)
    return SandboxPod(
        name=metadata["name"],
        namespace=metadata["namespace"],
        deployment=metadata["labels"][DEPLOYMENT],
        template=metadata["labels"][TEMPLATE_HASH],
        created=datetime.fromisoformat(metadata["creationTimestamp"]),
        containers=tuple(_container(container) for container in spec["containers"]),
        manifest=manifest,
        node=spec.get("nodeName"),
        bound_at=datetime.fromisoformat(scheduled["lastTransitionTime"]) if scheduled else None,
    )


def write_pod(pod: SandboxPod) -> Object:
    """The pod as an object, with its node and the condition that says since when."""
    written: Object = {**pod.manifest, "spec": dict(pod.manifest["spec"])}
    if pod.node is not None and pod.bound_at is not None:
        written["spec"]["nodeName"] = pod.node
        written["status"] = {
            "conditions": [
                {"type": "PodScheduled", "status": "True", "lastTransitionTime": pod.bound_at.isoformat()},
            ]
        }
    return written


def _container(container: Mapping[str, Any]) -> ContainerSpec:
    probe = container.get("readinessProbe")
    limit = container.get("resources", {}).get("limits", {}).get("memory")
    return ContainerSpec(
        name=container["name"],
        image=_by_tag(container["image"]),
        asked=requested(container.get("resources", {}).get("requests", {})),
        secrets=tuple(_secrets(container.get("env", ()))),
        memory_limit=limit,
        memory_limit_mebibytes=kibibytes(limit) // KIBIBYTES_PER_MEBIBYTE if limit is not None else None,
        probe_seconds=float(probe.get("periodSeconds", 10)) if probe else None,
        probe_path=probe.get("httpGet", {}).get("path") if probe else None,
    )


def _secrets(variables: Iterable[Mapping[str, Any]]) -> Iterator[tuple[str, str]]:
    for variable in variables:
        reference = variable.get("valueFrom", {}).get("secretKeyRef")
        if reference is not None and not reference.get("optional"):
            yield reference["name"], reference["key"]


def _by_tag(image: str) -> str:
    """How the simulated registry calls an image: it has no content, so a digest beside a tag tells it nothing."""
    tagged, _, _ = image.partition("@")
    return tagged if ":" in tagged.rpartition("/")[2] else image
