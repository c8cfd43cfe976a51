"""The environments that there are for every team: in which cluster, how strictly they are judged, under which domain.

Before it: the deployer tells what each cluster offers. After it: a person chooses one, or looks what a promotion meets.
"""

from fastapi import APIRouter

from services.gateway.api.asking import Somebody, WorldOf
from services.gateway.api.shapes import Shown
from services.gateway.readmodels.cluster import level_in

router = APIRouter(tags=["deployments"])


class EnvironmentOffered(Shown):
    """An environment that can be deployed to. `policyLevel` is how strictly compliance judges there, from now on."""

    name: str
    cluster: str
    cluster_name: str
    simulated: bool
    policy_level: str
    domain: str | None = None


class EnvironmentList(Shown):
    """Environments, in the order of their cluster."""

    items: list[EnvironmentOffered]
    next: str | None = None


@router.get("/environments", operation_id="listEnvironments", summary="Where you can deploy, and how strictly")
async def list_environments(world: WorldOf, _person: Somebody) -> EnvironmentList:
    """Every environment; of one that two clusters have, the first is where a deployment goes."""
    found: dict[str, EnvironmentOffered] = {}
    for cluster in await world.models.clusters():
        for name in cluster["environments"]:
            offered = EnvironmentOffered(
                name=name,
                cluster=cluster["cluster"],
                cluster_name=cluster["name"],
                simulated=cluster["kind"] == "sandbox",
                policy_level=level_in(cluster, name),
                domain=cluster.get("offers", {}).get(name, {}).get("domain"),
            )
            found.setdefault(name, offered)
    return EnvironmentList(items=list(found.values()))
