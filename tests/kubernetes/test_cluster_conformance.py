"""The Kubernetes adapter does what every cluster does, on a real API server and with the account of our own role."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio

from infra.kubernetes.control_plane import ControlPlane
from tests.e2e.eventually import eventually
from tests.fakes.cluster_conformance import App, ClusterConformance
from tests.fakes.cluster_rehearsals import ClusterRehearsals
from tests.fakes.drift_conformance import DriftConformance
from tests.kubernetes.deployer_stage import RealStage, deployer_on, role, shipped_rules

pytestmark = pytest.mark.asyncio(loop_scope="session")


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(cluster: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealStage]:
    """One deployer for all of them: its watches are shared, as in the service."""
    async with role(cluster, shipped_rules()), deployer_on(cluster, tmp_path_factory.mktemp("deployer")) as stage:
        yield stage


class TestKubernetes(ClusterConformance, ClusterRehearsals):
    """Every sentence, on Kubernetes."""


class TestDriftOnKubernetes(DriftConformance):
    """Every sentence about what is changed by hand."""


async def test_what_is_written_late_after_a_removal_goes(stage: RealStage) -> None:
    """An object whose owner is gone is taken by the cluster's garbage collector, whoever wrote it after the removal."""
    app = App()
    await stage.cluster.apply(app.deployment, app.objects())
    late = next(one for one in await stage.cluster.objects_of(app.deployment) if one["kind"] == "ServiceAccount")
    await stage.gone(app.deployment, data=True)
    kept = {name: late["metadata"][name] for name in ("name", "labels", "ownerReferences")}
    path = f"/api/v1/namespaces/{app.namespace}/serviceaccounts"
    await stage.admin.request("POST", path, None, {**late, "metadata": kept})

    async def there() -> object:
        return await stage.there(f"{path}/{late['metadata']['name']}")

    await eventually(there, lambda found: found is None, 30.0, "it is collected")


async def test_an_object_without_our_labels_is_refused_and_untouched(stage: RealStage) -> None:
    """A Service that somebody made by hand under our name stays as it is; the refusal says which object it is."""
    app = App()
    await stage.cluster.apply(app.deployment, app.objects()[:1])
    path = f"/api/v1/namespaces/{app.namespace}/services"
    body = {"kind": "Service", "metadata": {"name": app.name}, "spec": {"ports": [{"port": 1}]}}
    made = await stage.admin.request("POST", path, None, body)
    with pytest.raises(Exception, match="belongs to somebody else"):
        await stage.cluster.apply(app.deployment, app.objects())
    assert await stage.there(f"{path}/{app.name}") == made
    await stage.gone(app.deployment, data=True)
    assert await stage.there(f"{path}/{app.name}") == made
