"""The kinds of object the deployer writes or watches, and where the API server has each.

`watches.py` opens one watch a kind; `requests.py` makes paths of them. A kind that is not here can't be applied.
"""

from dataclasses import dataclass

from services.deployer.ports import ObjectRefused


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind. `written`: the deployer applies and deletes it; the others it only reads."""

    name: str
    api_version: str
    plural: str
    namespaced: bool = True
    written: bool = True

    def path(self, namespace: str | None = None, name: str | None = None) -> str:
        """The path of an object, of the kind in one namespace, or of the kind in the whole cluster."""
        root = "/api/" if "/" not in self.api_version else "/apis/"
        within = f"/namespaces/{namespace}" if self.namespaced and namespace else ""
        return f"{root}{self.api_version}{within}/{self.plural}" + (f"/{name}" if name else "")


NAMESPACE = Kind("Namespace", "v1", "namespaces", namespaced=False)
DEPLOYMENT_KIND = Kind("Deployment", "apps/v1", "deployments")
REPLICA_SET = Kind("ReplicaSet", "apps/v1", "replicasets", written=False)
POD = Kind("Pod", "v1", "pods", written=False)
CLAIM = Kind("PersistentVolumeClaim", "v1", "persistentvolumeclaims")
NETWORK_POLICY = Kind("NetworkPolicy", "networking.k8s.io/v1", "networkpolicies")
EVENT = Kind("Event", "v1", "events", written=False)
NODE = Kind("Node", "v1", "nodes", namespaced=False, written=False)
RESOURCE_QUOTA = Kind("ResourceQuota", "v1", "resourcequotas")
LEASE = Kind("Lease", "coordination.k8s.io/v1", "leases")

WATCHED = (
    NAMESPACE,
    Kind("ConfigMap", "v1", "configmaps"),
    Kind("ServiceAccount", "v1", "serviceaccounts"),
    RESOURCE_QUOTA,
    Kind("LimitRange", "v1", "limitranges"),
    NETWORK_POLICY,
    Kind("Secret", "v1", "secrets"),
    CLAIM,
    DEPLOYMENT_KIND,
    Kind("Service", "v1", "services"),
    Kind("Ingress", "networking.k8s.io/v1", "ingresses"),
    Kind("HTTPRoute", "gateway.networking.k8s.io/v1", "httproutes"),
    Kind("HorizontalPodAutoscaler", "autoscaling/v2", "horizontalpodautoscalers"),
    Kind("PodDisruptionBudget", "policy/v1", "poddisruptionbudgets"),
    REPLICA_SET,
    POD,
)
"""What is watched; HTTPRoute is there when the Gateway API is installed, the others always are."""

_WRITTEN = {(kind.api_version, kind.name): kind for kind in WATCHED if kind.written}


def kind_of(api_version: str, kind: str, name: str) -> Kind:
    """The kind of a manifest. Raises ObjectRefused for one that the deployer does not write."""
    found = _WRITTEN.get((api_version, kind))
    if found is None:
        raise ObjectRefused(kind, name, "kind", f"the deployer does not write {kind} of {api_version}")
    return found
