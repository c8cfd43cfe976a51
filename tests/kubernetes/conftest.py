"""A real control plane, started once, for `make test-kubernetes` alone: its programs take minutes to build."""

import os
from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from kubernetes_asyncio.client import ApiClient

from infra.kubernetes.control_plane import ControlPlane, control_plane
from tests.kubernetes.cluster_client import client_of, namespace_of_its_own

# Other runs do not even collect them.
collect_ignore_glob = [] if os.environ.get("APPSTORE_TEST_KUBERNETES") else ["test_*.py"]


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def cluster(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[ControlPlane]:
    """The shared cluster. A test that kills a part of it starts that part again before it ends."""
    async with control_plane(tmp_path_factory.mktemp("cluster")) as cluster:
        yield cluster


@pytest_asyncio.fixture(loop_scope="session")
async def api(cluster: ControlPlane) -> AsyncIterator[ApiClient]:
    """A client that may do everything."""
    async with client_of(cluster, cluster.admin.token) as api:
        yield api


@pytest_asyncio.fixture(loop_scope="session")
async def namespace(api: ApiClient) -> AsyncIterator[str]:
    """A namespace of the test's own, deleted after it."""
    async with namespace_of_its_own(api) as name:
        yield name
