"""What the tests say to the API server, and what they wait for."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from kubernetes_asyncio.client import (
    ApiClient,
    AppsV1Api,
    Configuration,
    CoreV1Api,
    V1Deployment,
    V1Namespace,
    V1ObjectMeta,
)

from chassis.ledger import new_id
from infra.kubernetes.control_plane import ControlPlane
from tests.e2e.eventually import eventually

APPLY = "application/apply-patch+yaml"


@asynccontextmanager
async def client_of(cluster: ControlPlane, token: str) -> AsyncIterator[ApiClient]:
    """A client that shows this token."""
    settings = Configuration(host=cluster.address, api_key={"BearerToken": f"Bearer {token}"})
    settings.ssl_ca_cert = str(cluster.authority)
    async with ApiClient(settings) as api:
        yield api


@asynccontextmanager
async def namespace_of_its_own(api: ApiClient) -> AsyncIterator[str]:
    """A namespace nobody else uses, in which pods can be made; asked to go at the end."""
    core, name = CoreV1Api(api), f"test-{new_id()}"
    await core.create_namespace(V1Namespace(metadata=V1ObjectMeta(name=name)))

    async def accounts() -> list[Any]:
        return (await core.list_namespaced_service_account(name)).items

    await eventually(accounts, bool, 10.0, "pods can be made in the namespace")
    yield name
    await core.delete_namespace(name)


def deployment(name: str, replicas: int = 2) -> dict[str, Any]:
    """A small Deployment, as a person would write it."""
    labels = {"app.kubernetes.io/name": name}
    container = {"name": "app", "image": "registry.example/app:1", "resources": {"requests": {"cpu": "100m"}}}
    return {
        "apiVersion": "apps/v1",
        "kind": "Deployment",
        "metadata": {"name": name},
        "spec": {
            "replicas": replicas,
            "selector": {"matchLabels": labels},
            "template": {"metadata": {"labels": labels}, "spec": {"containers": [container]}},
        },
    }


async def apply(api: ApiClient, namespace: str, wanted: dict[str, Any]) -> V1Deployment:
    """Apply a Deployment on the server, as the field manager `appstore`."""
    name = wanted["metadata"]["name"]
    # The client takes the content type, and its own type annotations do not know that.
    apps: Any = AppsV1Api(api)
    applied: V1Deployment = await apps.patch_namespaced_deployment(
        name, namespace, wanted, field_manager="appstore", _content_type=APPLY
    )
    return applied


async def available(api: ApiClient, namespace: str, name: str, within: float = 60.0) -> V1Deployment:
    """The Deployment, once its controller says it is Available. Raises TimeoutError after `within` seconds."""
    apps = AppsV1Api(api)

    async def read() -> V1Deployment:
        return await apps.read_namespaced_deployment(name, namespace)

    return await eventually(read, is_available, within, f"{name} is Available")


def is_available(deployment: V1Deployment) -> bool:
    """Whether the controller has seen the newest specification and calls it Available."""
    status = deployment.status
    seen = status.observed_generation == deployment.metadata.generation
    return seen and any(one.type == "Available" and one.status == "True" for one in status.conditions or ())
