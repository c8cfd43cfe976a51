"""The deployer tells about a cluster: how strictly each of its environments is judged from now on.

What runs goes on running; the next request for it is judged at the level of that moment, and its decision names it.
"""

from contracts.clusters.events import ClusterRegistered
from contracts.envelope import Event
from services.compliance.domain.known_cluster import known
from services.compliance.ports import World


async def remember_cluster(event: Event[ClusterRegistered], world: World) -> None:
    """Keep the levels. Records nothing."""
    await world.known_clusters.remember(known(event.data))
