"""The file that says what the sandbox cluster is made of: nodes, images with their behaviour, quotas.

Validated strictly, with errors that name the place. Outcomes follow from it and from the manifests alone.
"""

from functools import cached_property
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator
from pydantic.alias_generators import to_camel

from chassis.yaml_file import read_yaml_file
from contracts.apps.values import ByteQuantity, CpuQuantity, ImageReference
from contracts.clusters.offer import Offer
from contracts.identifiers import ClusterId, DnsLabel

Line = Annotated[str, StringConstraints(max_length=400)]
Endpoint = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9.-]{0,252}:[0-9]{1,5}$")]
Seconds = Annotated[float, Field(ge=0, le=86_400)]
Mebibytes = Annotated[int, Field(ge=1, le=1_000_000)]


class Entry(BaseModel):
    """A part of the file: camelCase, and nothing that is not known."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, validate_by_name=True)


class Behaviour(Entry):
    """It runs and gets ready, or ends each time it is started, or answers its readiness probe with another status.

    What needs other endpoints (`reaches`) waits for them in vain and ends when no network policy lets it out to them.
    """

    runs: bool = True
    exit_code: Annotated[int, Field(ge=0, le=255)] = 1
    after_seconds: Annotated[float, Field(ge=0.1, le=86_400)] = 1
    last_line: Line = ""
    earlier_lines: Annotated[tuple[Line, ...], Field(max_length=50)] = ()
    reaches: Annotated[tuple[Endpoint, ...], Field(max_length=16)] = ()
    readiness_status: Annotated[int, Field(ge=100, le=599)] = 200


class Image(Entry):
    """One image of the registry. `start_seconds` pass from a container's start until it answers its readiness probe.

    A container that uses more memory than its limit is killed (OOMKilled). With a `pull_error` the registry answers so
    in place of the image.
    """

    image: ImageReference
    size_mebibytes: Mebibytes
    start_seconds: Seconds = 1
    pull_error: Line | None = None
    uses_mebibytes: Annotated[int, Field(ge=0, le=10_000_000)] = 0
    behaviour: Behaviour = Behaviour()


class Node(Entry):
    """What one node can give to pods (its allocatable)."""

    name: DnsLabel
    cpu: CpuQuantity
    memory: ByteQuantity
    gpus: Annotated[int, Field(ge=0, le=64)] = 0
    bandwidth_mebibytes_per_second: Mebibytes = 1000


class Quota(Entry):
    """What the pods of one namespace may ask together (a ResourceQuota). What is absent is not limited."""

    cpu: CpuQuantity | None = None
    memory: ByteQuantity | None = None
    gpus: Annotated[int, Field(ge=0)] | None = None
    pods: Annotated[int, Field(ge=0)] | None = None


class Quotas(Entry):
    """The quota of every namespace, and those that have one of their own."""

    default: Quota = Quota()
    namespaces: dict[DnsLabel, Quota] = {}

    def of(self, namespace: str) -> Quota:
        """The quota that counts in a namespace."""
        return self.namespaces.get(namespace, self.default)


class Storage(Entry):
    """Which storage classes make volumes, which of them is the default, and how much they can give together."""

    classes: Annotated[tuple[DnsLabel, ...], Field(max_length=20)] = ()
    default: DnsLabel | None = None
    capacity: ByteQuantity | None = None


class AdmissionPolicy(Entry):
    """A ValidatingAdmissionPolicy for Deployments: images begin with one of these texts, or it says its message."""

    name: DnsLabel
    images: Annotated[tuple[Line, ...], Field(min_length=1, max_length=50)]
    message: Line


class BackOff(Entry):
    """How long the kubelet waits before it tries an image or a container again; doubled each time up to the ceiling."""

    first_seconds: Annotated[float, Field(ge=0.1, le=300)] = 1
    ceiling_seconds: Annotated[float, Field(ge=0.1, le=3600)] = 60


Images = Annotated[tuple[Image, ...], Field(max_length=10_000)]


class ImagesFile(Entry):
    """A file with images only, named by the cluster's file."""

    images: Images


class ClusterFile(Entry):
    """The whole sandbox cluster. `images` is this file's own and the named files' together."""

    id: ClusterId
    name: DnsLabel
    kubernetes_version: Annotated[str, StringConstraints(pattern=r"^1\.[0-9]{2}(\.[0-9]+)?$")]
    environments: Annotated[tuple[DnsLabel, ...], Field(min_length=1, max_length=20)]
    nodes: Annotated[tuple[Node, ...], Field(min_length=1, max_length=200)]
    images: Images = ()
    images_files: Annotated[tuple[str, ...], Field(max_length=20)] = ()
    quotas: Quotas = Quotas()
    storage: Storage | None = None
    """Without it every claim is bound at once."""
    admission_policies: Annotated[tuple[AdmissionPolicy, ...], Field(max_length=20)] = ()
    offers: Annotated[dict[DnsLabel, Offer], Field(max_length=20)] = {}
    """Environment → what it offers to deployments: a domain, a quota."""
    back_off: BackOff = BackOff()

    @cached_property
    def registry(self) -> dict[str, Image]:
        """The images by their reference; of two that are the same the last one counts."""
        return {image.image: image for image in self.images}

    @model_validator(mode="after")
    def _names_each_node_once(self) -> "ClusterFile":
        names = [node.name for node in self.nodes]
        if len(set(names)) != len(names):
            message = "two nodes have the same name"
            raise ValueError(message)
        return self


def load_cluster_file(path: Path) -> tuple[ClusterFile, tuple[Path, ...]]:
    """The cluster, and every file it was read from. Raises YamlFileError."""
    cluster = read_yaml_file(ClusterFile, path)
    images: tuple[Image, ...] = ()
    sources = [path]
    for name in cluster.images_files:
        source = path.parent / name
        images += read_yaml_file(ImagesFile, source).images
        sources.append(source)
    return cluster.model_copy(update={"images": images + cluster.images}), tuple(sources)
