"""Operations: what became of the person's requests."""

from urllib.parse import quote

from appstore_client.models.base import Page
from appstore_client.models.operation import Operation
from appstore_client.resources.page import read_all
from appstore_client.transport import Call, Transport


class Operations:
    """`/operations`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self, *, open_only: bool | None = None) -> Page[Operation]:
        """Return the person's own operations, up to 1000."""
        return await read_all(self._transport, "/operations", {"open": open_only}, Operation)

    async def get(self, operation: str) -> Operation:
        """Return one by id."""
        return Operation.read(await self._transport.send(Call("GET", f"/operations/{quote(operation, safe='')}")))
