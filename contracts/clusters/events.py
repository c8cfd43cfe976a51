"""What the deployer tells about the clusters it acts on, whenever it changed."""

from typing import Annotated, Literal

from pydantic import Field

from contracts import topics
from contracts.clusters.offer import Offer
from contracts.deployments.environment import Environment
from contracts.identifiers import ClusterId, DnsLabel
from contracts.noun import Noun
from contracts.payload import Payload


class NodeCapacity(Noun):
    """What one node can give: CPU in millicores, memory in MiB, whole GPUs; the version of its kubelet."""

    name: Annotated[str, Field(max_length=253)]
    cpu_millicores: int
    memory_mebibytes: int
    gpus: int = 0
    kubelet: Annotated[str, Field(max_length=60)] | None = None


class ClusterRegistered(Payload):
    """A cluster can be deployed to, or what it offers changed. `kind` says whether it is simulated."""

    topic = topics.CLUSTERS

    cluster: ClusterId
    name: DnsLabel
    kind: Literal["sandbox", "kubernetes"]
    kubernetes_version: Annotated[str, Field(max_length=40)]
    environments: Annotated[tuple[DnsLabel, ...], Field(min_length=1, max_length=20)]
    nodes: Annotated[tuple[NodeCapacity, ...], Field(max_length=200)]
    offers: Annotated[dict[DnsLabel, Offer], Field(max_length=20)] = {}
    """Environment → what it offers."""

    namespaces: Annotated[tuple[DnsLabel, ...], Field(max_length=200)] | None = None
    """The only namespaces that can be deployed to, made by the cluster's administrator; None: any, made when needed."""

    def has(self, environment: Environment) -> bool:
        """Whether a team's place is here."""
        return environment.cluster == self.cluster and environment.name in self.environments

    def reaches(self, namespace: str) -> bool:
        """Whether the deployer may work in a namespace."""
        return self.namespaces is None or namespace in self.namespaces

    def offer_of(self, environment: str) -> Offer:
        """What an environment offers; nothing when that is not said."""
        return self.offers.get(environment, Offer())
