"""A cluster that can be deployed to."""

from appstore_client.models.base import ApiModel


class Cluster(ApiModel):
    """What a cluster says of itself. `kind` is `sandbox` or `kubernetes`; `kubelets` are the versions of its nodes'."""

    id: str
    name: str
    kind: str
    kubernetes_version: str
    environments: tuple[str, ...]
    nodes: int
    kubelets: tuple[str, ...]
