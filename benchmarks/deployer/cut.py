"""A wire between the deployer and its API server that can be cut: what goes through it is passed on unread."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from urllib.parse import urlsplit

from infra.local.ports import HOST, free_port

_CHUNK = 64 * 1024


class Wire:
    """One listening port, and whoever came through it."""

    def __init__(self, port: int, to: int) -> None:
        self.port, self._to = port, to
        self._whole = True
        self._writers: set[asyncio.StreamWriter] = set()

    def cut(self) -> None:
        """End every connection, and let none through until `mend`."""
        self._whole = False
        for writer in self._writers:
            writer.transport.abort()

    def mend(self) -> None:
        """Let connections through again."""
        self._whole = True

    async def carry(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Pass on one connection, both ways, until either side ends it."""
        if not self._whole:
            writer.transport.abort()
            return
        there, back = await asyncio.open_connection(HOST, self._to)
        self._writers |= {writer, back}
        try:
            await asyncio.gather(_pass_on(reader, back), _pass_on(there, writer))
        finally:
            self._writers -= {writer, back}


async def _pass_on(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while chunk := await reader.read(_CHUNK):
            writer.write(chunk)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


@asynccontextmanager
async def wire_to(address: str) -> AsyncIterator[Wire]:
    """A wire to the server at this address, until the block ends."""
    wire = Wire(free_port(), urlsplit(address).port or 443)
    server = await asyncio.start_server(wire.carry, HOST, wire.port)
    try:
        yield wire
    finally:
        server.close()
        wire.cut()


def through(kubeconfig: Path, wire: Wire, written: Path) -> None:
    """Write the same kubeconfig with the wire's address in place of the server's."""
    found = json.loads(kubeconfig.read_text(encoding="utf-8"))
    found["clusters"][0]["cluster"]["server"] = f"https://{HOST}:{wire.port}"
    written.touch(mode=0o600)
    written.write_text(json.dumps(found), encoding="utf-8")
