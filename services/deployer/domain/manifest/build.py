"""The objects of one deployment, in the order in which they are applied.

Called by the reconciler's use case each time, so the same facts always give the same objects. What admits them
(quota, Pod Security, schemas) is the cluster's business.
"""

from typing import Any

from contracts.apps.spec import AppSpec
from contracts.clusters.offer import Offer
from services.deployer.domain.manifest.autoscaling import autoscaler, disruption_budget
from services.deployer.domain.manifest.exposure import way_in
from services.deployer.domain.manifest.facts import DeploymentFacts
from services.deployer.domain.manifest.identity import service_account
from services.deployer.domain.manifest.inventory import inventory
from services.deployer.domain.manifest.namespace import team_namespace
from services.deployer.domain.manifest.network import network_policies, service
from services.deployer.domain.manifest.order import in_order
from services.deployer.domain.manifest.quota import team_room
from services.deployer.domain.manifest.storage import volume_claims
from services.deployer.domain.manifest.workload import workload

Manifest = dict[str, Any]
NOTHING = Offer()


def build(facts: DeploymentFacts, spec: AppSpec, offer: Offer = NOTHING) -> tuple[Manifest, ...]:
    """The team's namespace and its room, then what is the deployment's own; `offer` is its environment's."""
    objects = (
        team_namespace(facts.environment),
        *team_room(facts.environment, offer.quota),
        service_account(facts),
        *network_policies(facts, spec),
        *volume_claims(facts, spec),
        workload(facts, spec),
        *service(facts, spec),
        *way_in(facts, spec, offer),
        *autoscaler(facts, spec),
        *disruption_budget(facts, spec),
    )
    return in_order((*objects, inventory(facts, spec, objects)))
