"""The clusters that can be deployed to, as each says of itself: simulated or not, its version, what its nodes run."""

from typing import Any, Literal

from fastapi import APIRouter

from services.gateway.api.asking import Somebody, WorldOf
from services.gateway.api.shapes import Shown

router = APIRouter(tags=["clusters"])
Document = dict[str, Any]


class ClusterShown(Shown):
    """A cluster. `kubelets` is what the nodes say of the program that runs pods there; a sandbox has none."""

    id: str
    name: str
    kind: Literal["sandbox", "kubernetes"]
    kubernetes_version: str
    environments: list[str]
    nodes: int
    kubelets: list[str]


class ClusterList(Shown):
    """Clusters, by name."""

    items: list[ClusterShown]
    next: str | None = None


@router.get("/clusters", operation_id="listClusters", summary="The clusters that can be deployed to")
async def list_clusters(world: WorldOf, _person: Somebody) -> ClusterList:
    """What each says of itself."""
    found = await world.models.clusters()
    return ClusterList(items=sorted((_shown(one) for one in found), key=lambda one: (one.name, one.id)))


def _shown(cluster: Document) -> ClusterShown:
    kubelets = {node.get("kubelet") for node in cluster["nodes"]} - {None}
    return ClusterShown(
        id=cluster["cluster"],
        name=cluster["name"],
        kind=cluster["kind"],
        kubernetes_version=cluster["kubernetesVersion"],
        environments=cluster["environments"],
        nodes=len(cluster["nodes"]),
        kubelets=sorted(kubelets),
    )
