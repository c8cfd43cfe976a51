"""Whether a deployment's place is one that the deployer may work in, as the cluster's facts tell it.

A cluster offers environments; with an account of some namespaces only, those have to be there as well. Called before
anything is applied or taken away.
"""

from contracts.clusters.events import ClusterRegistered
from contracts.deployments.environment import Environment
from contracts.deployments.reasons import Cause, Fault
from services.deployer.domain.health import Failure


def no_place(where: Environment, cluster: ClusterRegistered) -> Failure | None:
    """Why nothing can be rolled out there, with what its administrator has to do; None when it can."""
    if not cluster.has(where):
        return _failure(where, f"{cluster.name} has no environment {where.name}")
    if not cluster.reaches(where.namespace):
        return _failure(where, out_of_reach(where, cluster))
    return None


def out_of_reach(where: Environment, cluster: ClusterRegistered) -> str:
    """What the administrator of a cluster has to make, and tell the deployer."""
    return (
        f"the deployer may not work in namespace {where.namespace} of {cluster.name}: an administrator has to make it, "
        "give the deployer's account its role there (infra/kubernetes/rbac-namespaced.yaml), and add it to "
        "APPSTORE_CLUSTER_NAMESPACES"
    )


def _failure(where: Environment, message: str) -> Failure:
    return Failure(
        Cause.MANIFEST_INVALID,
        Fault.PLATFORM,
        {"kind": "Namespace", "name": where.namespace, "field": ".", "message": message},
    )
