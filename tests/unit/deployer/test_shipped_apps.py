"""The apps that are shipped, on the cluster that is shipped: what the first user sees."""

from pathlib import Path

import pytest
import yaml

from contracts.apps.spec import AppSpec
from services.deployer.adapters.sandbox.schemas import validate
from services.deployer.domain.manifest.build import build
from services.deployer.domain.manifest.facts import DeploymentFacts
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import DEPLOYMENT, START, an_environment
from tests.unit.deployer.test_pod_security import breaches
from tests.unit.deployer.usecases.test_reconcile_deployment import settled, started

CHECKOUT = Path(__file__).parents[3]
VERSIONS = sorted((CHECKOUT / "services" / "catalog" / "apps").glob("*/versions/*.yaml"))
PATIENCE_SECONDS = 20
"""What somebody who watches a first deployment may be asked to wait."""


def spec_of(path: Path) -> AppSpec:
    """The description in a version's file."""
    return AppSpec.model_validate(yaml.safe_load(path.read_text())["spec"])


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: f"{path.parents[1].name} {path.stem}")
def test_its_objects_are_valid_and_restricted(path: Path) -> None:
    """Every shipped version becomes objects that an API server takes and `restricted` admits."""
    for manifest in build(DeploymentFacts(DEPLOYMENT, "app", "app", "1", 1, an_environment()), spec_of(path)):
        validate(manifest, "1.37")
        if manifest["kind"] == "Deployment":
            assert breaches(manifest["spec"]["template"]["spec"]) == []


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: f"{path.parents[1].name} {path.stem}")
async def test_it_gets_healthy_within_seconds(path: Path) -> None:
    """On the shipped cluster, with its nodes, bandwidth and images, every shipped version gets ready."""
    fake = FakeWorld(CHECKOUT / "infra" / "local" / "cluster.yaml")
    await started(fake, spec_of(path))
    await settled(fake)
    assert fake.told()[-1] == "DeploymentSucceeded"
    assert (fake.clock.now() - START).total_seconds() <= PATIENCE_SECONDS
