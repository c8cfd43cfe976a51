"""Where the deployer may work is told by the cluster's facts, with what its administrator has to make."""

import pytest
from pydantic import ValidationError

from chassis.ledger import new_id
from contracts.clusters.events import ClusterRegistered
from contracts.deployments.environment import Environment
from contracts.deployments.reasons import Fault
from services.deployer.domain.place import no_place
from services.deployer.settings import DeployerSettings

CLUSTER = new_id()


def a_cluster(namespaces: tuple[str, ...] | None) -> ClusterRegistered:
    """A cluster with these namespaces alone; None for one where any can be made."""
    return ClusterRegistered(
        cluster=CLUSTER,
        name="shared",
        kind="kubernetes",
        kubernetes_version="1.37",
        environments=("test",),
        nodes=(),
        namespaces=namespaces,
    )


def a_place(name: str = "test") -> Environment:
    """A team's place in it."""
    return Environment(name=name, team=new_id(), cluster=CLUSTER, namespace=f"team-data-{name}")


@pytest.mark.parametrize("namespaces", [None, ("team-web-test", "team-data-test")])
def test_a_namespace_that_is_listed_can_be_deployed_to(namespaces: tuple[str, ...] | None) -> None:
    """So can any, where the deployer may make them."""
    assert no_place(a_place(), a_cluster(namespaces)) is None


def test_one_that_is_not_names_what_the_administrator_makes() -> None:
    """It is the platform's turn, and the message names namespace, role and setting."""
    refused = no_place(a_place(), a_cluster(("team-web-test",)))
    assert refused is not None
    assert refused.fault is Fault.PLATFORM
    for word in ("team-data-test", "rbac-namespaced.yaml", "APPSTORE_CLUSTER_NAMESPACES"):
        assert word in str(refused.params["message"])


def test_an_environment_that_is_not_offered_is_no_place() -> None:
    """Whatever namespaces there are."""
    refused = no_place(a_place("production"), a_cluster(None))
    assert refused is not None
    assert "no environment production" in str(refused.params["message"])


@pytest.mark.parametrize("given", [{"cluster_namespaces": ("team-data-test",)}, {"cluster_id": new_id()}])
def test_a_list_of_namespaces_wants_the_clusters_id(given: dict[str, object]) -> None:
    """Who may not read the id has to be told it; without a list it is read."""
    with pytest.raises(ValidationError, match="belong together"):
        DeployerSettings.model_validate(given)
