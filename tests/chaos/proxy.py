"""A loopback proxy in front of the broker or the database, which can cut its connections or make them slow."""

import asyncio
import contextlib
import random
from typing import Self

HOST = "127.0.0.1"
_CHUNK = 64 * 1024


class Proxy:
    """Passes bytes on between `port` and the part behind it."""

    def __init__(self, port: int, behind: int, chance: random.Random) -> None:
        self._port, self._behind, self._chance = port, behind, chance
        self._pumps: set[asyncio.Task[None]] = set()
        self._slow_by = 0.0
        self._server: asyncio.Server | None = None

    async def __aenter__(self) -> Self:
        """Listen."""
        self._server = await asyncio.start_server(self._connected, HOST, self._port)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Stop listening, and let go of every connection."""
        if self._server is not None:
            self._server.close()
        self.cut()
        await asyncio.gather(*self._pumps, return_exceptions=True)

    def cut(self) -> None:
        """End every connection at once, in the middle of whatever is on its way."""
        for pump in self._pumps:
            pump.cancel()

    async def delay(self, up_to: float, seconds: float) -> None:
        """For so many seconds each piece that passes waits up to so long."""
        self._slow_by = up_to
        await asyncio.sleep(seconds)
        self._slow_by = 0.0

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            behind = await asyncio.open_connection(HOST, self._behind)
        except OSError:
            writer.close()
            return
        pumps = [
            asyncio.create_task(self._pump(reader, behind[1])),
            asyncio.create_task(self._pump(behind[0], writer)),
        ]
        for pump in pumps:
            self._pumps.add(pump)
            pump.add_done_callback(self._pumps.discard)
        # A connection of which one direction ended is over, as it would be for the part itself.
        await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        for pump in pumps:
            pump.cancel()
        for one in (writer, behind[1]):
            one.close()

    async def _pump(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError):
            while piece := await reader.read(_CHUNK):
                if self._slow_by:
                    await asyncio.sleep(self._chance.uniform(0, self._slow_by))
                writer.write(piece)
                await writer.drain()
