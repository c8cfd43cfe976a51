"""The world is told about the cluster when something changed, and not otherwise."""

from services.deployer.usecases.register_cluster import register_cluster
from tests.fakes.deployer import FakeWorld


async def test_the_cluster_is_told_once(fake: FakeWorld) -> None:
    """A second look at the same cluster tells nothing."""
    await register_cluster(None, fake.world())
    await register_cluster(None, fake.world())
    assert fake.told() == ["ClusterRegistered"]
    told = fake.recorded[0].data
    assert (told.kind, told.nodes[0].cpu_millicores, told.nodes[0].memory_mebibytes) == ("sandbox", 8000, 32 * 1024)
    assert [node.gpus for node in told.nodes] == [0, 0, 1]
