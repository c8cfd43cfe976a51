"""The App Store's API, typed and asynchronous: `async with AppStore(address, FixedToken(token)) as store: …`."""

from types import TracebackType
from typing import Self

import httpx

from appstore_client.resources.apps import Apps
from appstore_client.resources.clusters import Clusters
from appstore_client.resources.deployments import Deployments
from appstore_client.resources.environments import Environments
from appstore_client.resources.events import Events
from appstore_client.resources.logs import Logs
from appstore_client.resources.operations import Operations
from appstore_client.resources.people import People
from appstore_client.tokens import TokenSource
from appstore_client.transport import TIMEOUT, Transport

MOST_CONNECTIONS = 20


class AppStore:
    """One address of the App Store, for one person or system, in one language (`nl` or `en`).

    Every method raises `Problem` (see `appstore_client.problem`) when the API refuses, `Unreachable` when it is away.
    """

    def __init__(
        self,
        address: str,
        tokens: TokenSource | None = None,
        *,
        language: str = "en",
        http: httpx.AsyncClient | None = None,
        changes_nothing: bool = False,
    ) -> None:
        """Make the client; `http` is another httpx client to send with. Raises ValueError for an unsafe address.

        With `changes_nothing` every request that would change something raises `NotSent`, which holds it.
        """
        self._http = http or httpx.AsyncClient(
            timeout=TIMEOUT,
            limits=httpx.Limits(max_connections=MOST_CONNECTIONS),
            follow_redirects=False,
        )
        transport = Transport(address, tokens, language, self._http, changes_nothing=changes_nothing)
        self.address = transport.address
        self.apps = Apps(transport)
        self.deployments = Deployments(transport)
        self.environments = Environments(transport)
        self.operations = Operations(transport)
        self.events = Events(transport)
        self.logs = Logs(transport)
        self.clusters = Clusters(transport)
        self.people = People(transport)

    async def __aenter__(self) -> Self:
        """Use it as a context, so that connections end."""
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the connections."""
        await self._http.aclose()
