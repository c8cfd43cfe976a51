"""The API server may die: that is a cluster which is away for a while, and not one that forgot."""

import aiohttp
import pytest
from kubernetes_asyncio.client import ApiClient, AppsV1Api

from infra.kubernetes.control_plane import ControlPlane
from tests.kubernetes.cluster_client import apply, available, deployment

pytestmark = pytest.mark.asyncio(loop_scope="session")


async def test_a_killed_api_server_keeps_its_objects(cluster: ControlPlane, api: ApiClient, namespace: str) -> None:
    """After kill -9 nobody answers; started again, the same address has the same objects, and the controllers go on."""
    before = await apply(api, namespace, deployment("kept"))
    await cluster.kill("kube-apiserver")
    try:
        with pytest.raises(aiohttp.ClientConnectionError):
            await AppsV1Api(api).read_namespaced_deployment("kept", namespace)
    finally:
        await cluster.start("kube-apiserver")
    assert (await available(api, namespace, "kept")).metadata.uid == before.metadata.uid
    await apply(api, namespace, deployment("later"))
    await available(api, namespace, "later")
