"""How strictly the environments of each cluster are judged, as documents under the cluster's id."""

from chassis.ledger import Motion
from contracts.identifiers import ClusterId
from services.compliance.domain.known_cluster import KnownCluster


class MongoKnownClusters:
    """Meets `ports.KnownClusters`."""

    def __init__(self, motion: Motion) -> None:
        self._clusters = motion.collection("known_clusters")

    async def of(self, cluster: ClusterId) -> KnownCluster | None:
        """One cluster, None when it was never heard of."""
        document = await self._clusters.get(cluster)
        return KnownCluster.model_validate(document) if document else None

    async def remember(self, known: KnownCluster) -> None:
        """Keep what the deployer says now."""
        await self._clusters.put(known.cluster, known.model_dump(mode="json"))
