"""Which cluster the demo is on, by what the cluster says of itself in the API, and what of it is simulated."""

import os
from collections.abc import Sequence

from appstore_client.models.cluster import Cluster

from infra.local.demo.acts import ENVIRONMENT
from infra.local.demo.people import SignedInPerson
from infra.local.demo.step import UnexpectedError, say
from infra.local.demo.wait import until

BEGIN_ANEW = "make down reset && make demo CLUSTER="
_NO_KUBELET = "kwok"
"""How the version of a kubelet begins on a node that runs nothing."""


async def show_cluster(person: SignedInPerson) -> None:
    """Say where the demo deploys; raises `UnexpectedError` when somebody asked for another one, or it could not end."""
    clusters = await until(person.store.clusters.list, _has_a_place)
    cluster = next(one for one in clusters if ENVIRONMENT in one.environments)
    for line in told(cluster):
        say(f"   {line}")
    asked = os.environ.get("CLUSTER")
    if asked and asked != cluster.kind:
        raise UnexpectedError(f"CLUSTER={asked} was asked for, and another cluster runs", (f"{BEGIN_ANEW}{asked}",))
    if has_kubelets(cluster):
        reason = "its nodes pull real images, and those of the demo's own app are nowhere: not all of it can be shown"
        raise UnexpectedError(reason, (f"{BEGIN_ANEW}kubernetes",))


def told(cluster: Cluster) -> tuple[str, ...]:
    """What a person is told about a cluster."""
    if cluster.kind != "kubernetes":
        return (f"{cluster.name}: simulated as a whole, after the rules of Kubernetes {cluster.kubernetes_version}",)
    first = f"{cluster.name}: Kubernetes {cluster.kubernetes_version}, a real API server, with {cluster.nodes} nodes"
    if has_kubelets(cluster):
        return (first,)
    return (
        f"{first} without a kubelet ({', '.join(cluster.kubelets)})",
        "simulated: what happens to pods on them, volumes, and which images the registry has",
        "Kubernetes' own: admission, quotas, rights, scheduling, rollouts, garbage collection",
    )


def has_kubelets(cluster: Cluster) -> bool:
    """Whether something runs on its nodes."""
    return any(not kubelet.startswith(_NO_KUBELET) for kubelet in cluster.kubelets)


def _has_a_place(clusters: Sequence[Cluster]) -> bool:
    return any(ENVIRONMENT in one.environments for one in clusters)
