"""The clusters that can be deployed to."""

from appstore_client.models.cluster import Cluster
from appstore_client.transport import Call, Transport


class Clusters:
    """`/clusters`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> tuple[Cluster, ...]:
        """Return every cluster, by name; raises `Problem` when nobody is signed in."""
        answer = await self._transport.send(Call("GET", "/clusters"))
        return tuple(Cluster.read(item) for item in answer["items"])
