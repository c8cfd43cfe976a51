"""Where a deployment runs. On every deployment from the start, because later figures need it."""

from contracts.identifiers import ClusterId, DnsLabel, TeamId
from contracts.noun import Noun


class Environment(Noun):
    """A team's place: its name (test, production …), the cluster and the namespace in it."""

    name: DnsLabel
    team: TeamId
    cluster: ClusterId
    namespace: DnsLabel
