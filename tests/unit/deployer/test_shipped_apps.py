"""The apps that are shipped, on the cluster that is shipped: what the first user sees."""

from pathlib import Path

import pytest
import yaml

from contracts.apps.spec import AppSpec
from tests.fakes.deployer import FakeWorld
from tests.fakes.deployer_examples import START
from tests.unit.deployer.usecases.test_reconcile_deployment import settled, started

CHECKOUT = Path(__file__).parents[3]
VERSIONS = sorted((CHECKOUT / "services" / "catalog" / "apps").glob("*/versions/*.yaml"))
PATIENCE_SECONDS = 20
"""What somebody who watches a first deployment may be asked to wait."""


def spec_of(path: Path) -> AppSpec:
    """The description in a version's file."""
    return AppSpec.model_validate(yaml.safe_load(path.read_text())["spec"])


@pytest.mark.parametrize("path", VERSIONS, ids=lambda path: f"{path.parents[1].name} {path.stem}")
async def test_it_gets_healthy_within_seconds(path: Path) -> None:
    """On the shipped cluster, with its nodes, bandwidth and images, every shipped version gets ready."""
    fake = FakeWorld(CHECKOUT / "infra" / "local" / "cluster.yaml")
    await started(fake, spec_of(path))
    await settled(fake)
    assert fake.told()[-1] == "DeploymentSucceeded"
    assert (fake.clock.now() - START).total_seconds() <= PATIENCE_SECONDS
