"""Copy of what the deployer tells about a cluster: how strictly each of its environments is judged."""

from contracts.clusters.events import ClusterRegistered
from contracts.compliance.level import PolicyLevel
from contracts.identifiers import ClusterId, DnsLabel
from contracts.noun import Noun


class KnownCluster(Noun):
    """The level of each environment of one cluster that an operator said something about."""

    cluster: ClusterId
    levels: dict[DnsLabel, PolicyLevel]

    def level_of(self, environment: str) -> PolicyLevel:
        """How strictly an environment is judged; its name says nothing about it."""
        return self.levels.get(environment, PolicyLevel.STRICT)


def known(registered: ClusterRegistered) -> KnownCluster:
    """What is kept of what the deployer told."""
    levels = {name: registered.offer_of(name).policy_level for name in registered.environments}
    return KnownCluster(cluster=registered.cluster, levels=levels)
