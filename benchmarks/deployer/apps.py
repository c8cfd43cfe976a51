"""The applications that are deployed: each the same shipped app, fifty to a team's namespace, the same in every run.

As objects for the floor, and as the messages that the gateway, compliance and the catalog would have written.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from chassis.ledger import new_id
from contracts.apps.events import VersionPublished
from contracts.apps.facts import Facts
from contracts.apps.spec import AppSpec
from contracts.compliance.events import DeploymentApproved
from contracts.compliance.verdict import PolicySet, Score
from contracts.deployments.environment import Environment
from contracts.deployments.requests import DeploymentRequested
from contracts.envelope import padded
from services.catalog.adapters.files.app_folder import read_app
from services.deployer.domain.manifest.build import Manifest, build
from services.deployer.domain.manifest.facts import DeploymentFacts
from tests.fakes.chassis_messages import Sent, sent

IN_ONE_NAMESPACE = 50
_APP = "019abf00-0000-7000-8000-00000000a001"
_DECIDED_WITHIN = timedelta(hours=1)
_POLICIES = PolicySet(version="1", sha256="0" * 64)
_FOLDERS = Path(__file__).parents[2] / "services" / "catalog" / "apps"
SHIPPED = "docling-serve"
"""One that every team may have, and that asks for no volume: this tier's nodes have no storage to bind."""


def _newest(app: str) -> tuple[str, AppSpec]:
    found = read_app(_FOLDERS / app, _FOLDERS)
    if isinstance(found, list):
        raise TypeError(found)
    newest = found.versions[-1]
    return newest.version, newest.spec


VERSION, SPEC = _newest(SHIPPED)


@dataclass(frozen=True)
class App:
    """One application of one team."""

    name: str
    environment: Environment
    deployment: str = field(default_factory=new_id)

    def objects(self) -> tuple[Manifest, ...]:
        """What the deployer makes of it, in the order in which it is applied."""
        return build(DeploymentFacts(self.deployment, self.name, SHIPPED, VERSION, 1, self.environment), SPEC)

    def requested(self) -> Sent:
        """What the gateway writes when somebody asks for it."""
        return sent(
            DeploymentRequested(
                deployment=self.deployment,
                environment=self.environment,
                decide_by=datetime.now(UTC) + _DECIDED_WITHIN,
                app=_APP,
                app_name=SHIPPED,
                version=VERSION,
                name=self.name,
            ),
            team=self.environment.team,
        )

    def approved(self) -> Sent:
        """What compliance writes when it lets it through."""
        return sent(
            DeploymentApproved(
                deployment=self.deployment,
                app=_APP,
                version=VERSION,
                environment=self.environment,
                policy_set=_POLICIES,
                rules=1,
                score=Score(points=80, coverage=0.9),
            ),
            generation=padded(1),
            team=self.environment.team,
        )


def apps(count: int, cluster: str, prefix: str = "app") -> Iterator[App]:
    """So many of them for the cluster with this id; the prefix keeps those of one run apart."""
    for number in range(count):
        if number % IN_ONE_NAMESPACE == 0:
            namespace = f"{prefix}-{number // IN_ONE_NAMESPACE}-test"
            environment = Environment(name="test", team=new_id(), cluster=cluster, namespace=namespace)
        yield App(f"{prefix}-{number}", environment)


def place_of(manifest: Manifest) -> tuple[str, str, str]:
    """Kind, namespace and name."""
    metadata = manifest["metadata"]
    return str(manifest["kind"]), str(metadata.get("namespace", "")), str(metadata["name"])


def version_published() -> Sent:
    """What the catalog writes of the version that all of them are of."""
    return sent(VersionPublished(app=_APP, version=VERSION, spec=SPEC, facts=Facts()))
