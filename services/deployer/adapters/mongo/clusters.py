"""The clusters the world was told about, read from the fold the chassis keeps."""

from chassis.ledger import Kept, Motion
from contracts import topics
from services.deployer.domain.cluster import Cluster


class MongoClusters:
    """Meets `ports.Clusters`."""

    def __init__(self, motion: Motion) -> None:
        self._clusters = Kept(motion, topics.CLUSTERS, Cluster)

    async def get(self, cluster: str) -> Cluster | None:
        """What was told last about one cluster."""
        return await self._clusters.get(cluster)
