"""An environment that can be deployed to, as a cluster offers it to every team."""

from appstore_client.models.base import ApiModel


class OfferedEnvironment(ApiModel):
    """Where it is, and how strictly compliance judges there: `lenient`, `moderate` or `strict`."""

    name: str
    cluster: str
    cluster_name: str
    simulated: bool = False
    policy_level: str
    domain: str | None = None
