"""What happens to a deployment after it succeeded, on the real control plane: what people are told, and when.

The decision is made on what the real adapter observes. The Deployment's controller, the ReplicaSet's and the
eviction's consequences are real; what a kubelet would say the test says, and calls it simulated.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import pytest_asyncio

from chassis.errors import NotNow
from contracts.deployments.health import DeploymentDegraded, DeploymentRecovered
from contracts.deployments.reasons import Cause, Fault
from infra.kubernetes.control_plane import ControlPlane
from services.deployer.domain.degraded import news
from services.deployer.domain.deployment import Deployment
from services.deployer.domain.health import Patience
from services.deployer.domain.observed import ApiWarning, Observation
from services.deployer.ports import Object
from tests.e2e.eventually import eventually
from tests.fakes.cluster_conformance import App
from tests.kubernetes.deployer_stage import RealStage, deployer_on, role, shipped_rules
from tests.kubernetes.kubelet import Kubelet, ended, left_alone, stamp
from tests.unit.deployer.test_degraded import DESIRED, after

pytestmark = pytest.mark.asyncio(loop_scope="session")
PATIENCE = Patience(degraded_seconds=1, recovered_seconds=2)
CRD = "/apis/apiextensions.k8s.io/v1/customresourcedefinitions"
OLD = "HTTPRoute of a draft is deprecated; use the next one"


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def stage(cluster: ControlPlane, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[RealStage]:
    """A deployer."""
    async with role(cluster, shipped_rules()), deployer_on(cluster, tmp_path_factory.mktemp("deployer")) as stage:
        yield stage


async def running(stage: RealStage, app: App) -> tuple[Kubelet, Object]:
    """The app applied, its pod ready: simulated."""
    await stage.cluster.apply(app.deployment, left_alone(app.objects()))
    kubelet = Kubelet(stage.admin, app.namespace)
    pod = await kubelet.pod()
    await is_ready(kubelet, pod)
    await stage.healthy(app.deployment)
    return kubelet, pod


async def is_ready(kubelet: Kubelet, pod: Object, *, ready: bool = True) -> None:
    """The kubelet says whether the pod is ready."""
    now = stamp(datetime.now(UTC))
    condition = {"type": "Ready", "status": "True" if ready else "False", "lastTransitionTime": now}
    await kubelet.writes(pod, {"phase": "Running", "conditions": [condition]})
    if ready:
        await kubelet.shows(pod, ready=True, started=True, state={"running": {"startedAt": now}})


async def told_of(stage: RealStage, app: App, state: Deployment) -> DeploymentDegraded | DeploymentRecovered:
    """What is told next of the deployment in this state."""

    async def look() -> object:
        observed = await stage.cluster.observe(app.deployment)
        assert observed is not None
        return news(state, DESIRED, observed, PATIENCE, datetime.now(UTC)).told

    told = await eventually(look, bool, 60.0, "a change is told")
    assert isinstance(told, DeploymentDegraded | DeploymentRecovered)
    return told


async def test_a_container_that_crashes_later_is_told_and_its_recovery_too_simulated(stage: RealStage) -> None:
    """Simulated kubelet, real controller: the Deployment is not available, and why; ready again, it is well."""
    app = App()
    kubelet, pod = await running(stage, app)
    stage.woken.clear()
    await kubelet.shows(pod, restartCount=4, **ended(1, "Error", "no disk\n"))
    await is_ready(kubelet, pod, ready=False)
    told = await told_of(stage, app, after())
    assert isinstance(told, DeploymentDegraded)
    assert (told.cause, told.fault, told.params["lastLine"]) == (Cause.CRASH_LOOP, Fault.APP, "no disk")
    assert app.deployment in stage.woken
    await is_ready(kubelet, pod)
    assert isinstance(await told_of(stage, app, after(told)), DeploymentRecovered)


async def test_an_evicted_pod_is_told_as_the_platforms_simulated(stage: RealStage) -> None:
    """Simulated kubelet: it evicts; the real ReplicaSet makes another pod, which does not start: a pod is lacking."""
    app = App()
    kubelet, pod = await running(stage, app)
    message = "The node was low on resource: memory."
    await kubelet.writes(pod, {"phase": "Failed", "reason": "Evicted", "message": message})
    told = await told_of(stage, app, after())
    assert isinstance(told, DeploymentDegraded)
    assert (told.cause, told.fault, told.params["pod"]) == (
        Cause.PODS_UNAVAILABLE,
        Fault.PLATFORM,
        pod["metadata"]["name"],
    )
    assert told.params["message"] == f"Evicted: {message}"


async def test_a_node_that_does_not_answer_is_told_simulated(stage: RealStage) -> None:
    """Simulated node controller: it takes back that the pod is ready, whose containers never said so."""
    app = App()
    kubelet, pod = await running(stage, app)
    await is_ready(kubelet, pod, ready=False)
    told = await told_of(stage, app, after())
    assert isinstance(told, DeploymentDegraded)
    assert (told.cause, told.params["node"]) == (Cause.PODS_UNAVAILABLE, pod["spec"]["nodeName"])


async def test_an_evicted_pod_that_was_replaced_is_no_news(stage: RealStage) -> None:
    """The ended pod stays as an object: it counts neither as a pod of the rollout nor as one that is lacking."""
    app = App()
    kubelet, pod = await running(stage, app)
    await kubelet.writes(pod, {"phase": "Failed", "reason": "Evicted"})

    async def another() -> list[Object]:
        path = f"/api/v1/namespaces/{app.namespace}/pods"
        found = (await stage.admin.request("GET", path))["items"]
        return [
            one for one in found if one["metadata"]["name"] != pod["metadata"]["name"] and one["spec"].get("nodeName")
        ]

    (replacement,) = await eventually(another, bool, 60.0, "another pod is placed")
    await is_ready(kubelet, replacement)
    observed: Observation = await stage.healthy(app.deployment)
    assert (observed.ready, len(observed.pods), len(observed.lost)) == (1, 1, 1)


async def test_a_deprecated_api_is_warned_of(cluster: ControlPlane, stage: RealStage, tmp_path: Path) -> None:
    """The real API server sends `Warning: 299` for a version that will go; it is kept, whatever becomes of the rest."""
    app = App()
    await stage.admin.request("POST", CRD, None, gateway_api())
    try:
        await established(stage)
        async with deployer_on(cluster, tmp_path) as later:
            objects = [*left_alone(app.objects()), route(app)]
            await later.cluster.apply(app.deployment, objects)
            first = await warnings(later, app)
            assert [(one.api, one.kind, one.name, one.message) for one in first] == [
                ("gateway.networking.k8s.io/v1", "HTTPRoute", app.name, OLD)
            ]
            assert await later.cluster.apply(app.deployment, objects) == 0
            assert await warnings(later, app) == first
            await later.cluster.delete(app.deployment)
            assert not list(later.kubernetes.watches.warnings.of(app.deployment))
    finally:
        await stage.admin.request("DELETE", f"{CRD}/httproutes.gateway.networking.k8s.io")


async def warnings(stage: RealStage, app: App) -> tuple[ApiWarning, ...]:
    """What is shown of the deployment."""
    observed = await stage.cluster.observe(app.deployment)
    assert observed is not None
    return observed.warnings


def gateway_api() -> Object:
    """The Gateway API's route as an extension of which the only version is deprecated."""
    schema = {"type": "object", "x-kubernetes-preserve-unknown-fields": True}
    return {
        "metadata": {
            "name": "httproutes.gateway.networking.k8s.io",
            "annotations": {"api-approved.kubernetes.io": "unapproved, only for tests"},
        },
        "spec": {
            "group": "gateway.networking.k8s.io",
            "scope": "Namespaced",
            "names": {"plural": "httproutes", "singular": "httproute", "kind": "HTTPRoute"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "deprecated": True,
                    "deprecationWarning": OLD,
                    "schema": {"openAPIV3Schema": schema},
                }
            ],
        },
    }


def route(app: App) -> Object:
    """A route to the app."""
    labels = next(one for one in app.objects() if one["kind"] == "Deployment")["metadata"]["labels"]
    metadata = {"name": app.name, "namespace": app.namespace, "labels": labels}
    return {"apiVersion": "gateway.networking.k8s.io/v1", "kind": "HTTPRoute", "metadata": metadata, "spec": {}}


async def established(stage: RealStage) -> None:
    """Wait until the server serves the new kind."""

    async def served() -> bool:
        try:
            return await stage.there("/apis/gateway.networking.k8s.io/v1/httproutes") is not None
        except NotNow:
            return False

    await eventually(served, bool, 30.0, "the kind is served")
