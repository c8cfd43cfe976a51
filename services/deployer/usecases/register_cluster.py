"""What the cluster is and offers, told at the start and whenever it changed."""

from services.deployer.domain.cluster import register
from services.deployer.ports import World


async def register_cluster(_tick: object, world: World) -> None:
    """Tell about the cluster when the world knows something else about it."""
    found = await world.cluster.facts()
    told = register(await world.clusters.get(found.cluster), found)
    if told is not None:
        await world.record(told)
