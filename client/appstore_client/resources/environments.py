"""The environments that there are."""

from appstore_client.models.base import Page
from appstore_client.models.environment import OfferedEnvironment
from appstore_client.resources.page import read_all
from appstore_client.transport import Transport


class Environments:
    """`/environments`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self) -> Page[OfferedEnvironment]:
        """Return every environment that can be deployed to."""
        return await read_all(self._transport, "/environments", {}, OfferedEnvironment)
