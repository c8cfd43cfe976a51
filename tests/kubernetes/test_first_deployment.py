"""The control plane does what a cluster does with a Deployment."""

import pytest
from kubernetes_asyncio.client import ApiClient, CoreV1Api, VersionApi

from infra.kubernetes.binaries import kubernetes_version
from tests.e2e.eventually import eventually
from tests.kubernetes.cluster_client import apply, available, deployment

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_it_is_the_version_that_is_pinned(api: ApiClient) -> None:
    """The API server says which Kubernetes it is, and that is the one in go.mod."""
    assert (await VersionApi(api).get_code()).git_version == kubernetes_version()


async def test_a_deployment_applied_by_the_server_becomes_available(api: ApiClient, namespace: str) -> None:
    """The real controllers make its pods, the real scheduler places each, and kwok says that they are ready."""
    applied = await apply(api, namespace, deployment("hello", replicas=3))
    assert [manager.operation for manager in applied.metadata.managed_fields] == ["Apply"]
    reached = await available(api, namespace, "hello")
    assert reached.status.available_replicas == 3
    pods = (await CoreV1Api(api).list_namespaced_pod(namespace)).items
    assert {pod.status.phase for pod in pods} == {"Running"}
    nodes = {node.metadata.name for node in (await CoreV1Api(api).list_node()).items}
    assert {pod.spec.node_name for pod in pods} <= nodes


async def test_a_pod_that_fits_nowhere_is_not_placed(api: ApiClient, namespace: str) -> None:
    """The scheduler weighs what nodes offer: a request larger than any of them stays unscheduled, and it says why."""
    wanted = deployment("huge", replicas=1)
    wanted["spec"]["template"]["spec"]["containers"][0]["resources"] = {"requests": {"cpu": "1000"}}
    await apply(api, namespace, wanted)
    core = CoreV1Api(api)

    async def refusals() -> list[str]:
        pods = (await core.list_namespaced_pod(namespace)).items
        conditions = (one for pod in pods for one in pod.status.conditions or ())
        return [one.message for one in conditions if one.reason == "Unschedulable"]

    said = await eventually(refusals, bool, 20.0, "the scheduler says why")
    assert "Insufficient cpu" in said[0]
