"""The client's session asks nobody before each request, and goes through the proxy that the environment names."""

import pytest
from kubernetes_asyncio.client import Configuration

from services.deployer.adapters.kubernetes.session import client_of, proxy_for

ADDRESS = "https://cluster.example.org:6443"


@pytest.fixture(autouse=True)
def _no_proxies(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTPS_PROXY", "https_proxy", "NO_PROXY", "no_proxy", "ALL_PROXY", "all_proxy"):
        monkeypatch.delenv(name, raising=False)


def test_the_proxy_is_the_one_of_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """By scheme, and not for an address that is excepted."""
    assert proxy_for(ADDRESS) is None
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.org:3128")
    assert proxy_for(ADDRESS) == "http://proxy.example.org:3128"
    monkeypatch.setenv("NO_PROXY", ".example.org")
    assert proxy_for(ADDRESS) is None


async def test_the_session_looks_nothing_up_for_each_request(monkeypatch: pytest.MonkeyPatch) -> None:
    """It trusts no environment, has the first session's connections, and the proxy that was found once."""
    monkeypatch.setenv("HTTPS_PROXY", "http://proxy.example.org:3128")
    client = client_of(Configuration(host=ADDRESS))
    session = client.rest_client.pool_manager
    assert not session.trust_env
    assert session.connector is not None
    assert client.rest_client.proxy == "http://proxy.example.org:3128"
    await client.close()
    assert session.closed
