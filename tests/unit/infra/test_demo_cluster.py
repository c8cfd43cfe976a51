"""What the demo says about the cluster it is on, from what that cluster says of itself."""

from appstore_client.models.cluster import Cluster

from infra.local.demo.cluster import has_kubelets, told


def cluster(kind: str, *kubelets: str) -> Cluster:
    """A cluster with three nodes."""
    return Cluster(
        id="1",
        name="here",
        kind=kind,
        kubernetes_version="1.37.2",
        environments=("test",),
        nodes=3,
        kubelets=kubelets,
    )


def test_a_simulated_cluster_is_called_that() -> None:
    """As a whole."""
    assert "simulated as a whole" in told(cluster("sandbox"))[0]


def test_of_nodes_that_run_nothing_it_is_said_what_is_simulated() -> None:
    """And what is not."""
    real, simulated, own = told(cluster("kubernetes", "kwok-v0.8.0"))
    assert "a real API server, with 3 nodes without a kubelet (kwok-v0.8.0)" in real
    assert simulated.startswith("simulated: what happens to pods")
    assert own.startswith("Kubernetes' own: admission")


def test_real_nodes_simulate_nothing() -> None:
    """One of them is enough."""
    mixed = cluster("kubernetes", "kwok-v0.8.0", "v1.37.2")
    assert has_kubelets(mixed)
    assert len(told(mixed)) == 1
