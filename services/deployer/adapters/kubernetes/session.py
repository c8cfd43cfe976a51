"""The Kubernetes client with a session that looks for a proxy once, and for no password file at all.

The client's own session asks the environment for a proxy, and `~/.netrc` for a password, before each request, both in a
thread: 0.35 ms and two changes of thread. A password found there would even be an error beside our token.
"""

from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies, proxy_bypass

import aiohttp
from kubernetes_asyncio.client import ApiClient, Configuration

_BUFFER = 2 * 1024 * 1024
"""As the client has it: one event of a watch holds a whole object."""


def client_of(configuration: Configuration) -> ApiClient:
    """A client for this configuration; only inside a running loop."""
    client = ApiClient(configuration)
    rest: Any = client.rest_client
    first: aiohttp.ClientSession = rest.pool_manager
    rest.pool_manager = aiohttp.ClientSession(connector=first.connector, read_bufsize=_BUFFER)
    first.detach()
    rest.proxy = rest.proxy or proxy_for(configuration.host or "")
    return client


def proxy_for(address: str) -> str | None:
    """The proxy that the environment names for this address; None when it is reached without one."""
    parts = urlsplit(address)
    if proxy_bypass(parts.netloc.rpartition("@")[2]):
        return None
    return getproxies().get(parts.scheme)
