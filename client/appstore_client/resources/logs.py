"""Reads what a deployment's containers write, once or as it comes, and what its cluster tells of it."""

from collections.abc import AsyncIterator, Mapping
from urllib.parse import quote

import httpx
from httpx_sse import aconnect_sse

from appstore_client.models.log import Happenings, Log, LogLine
from appstore_client.problem import Unreachable, read_problem
from appstore_client.resources.events import SILENCE
from appstore_client.transport import BASE, UNAVAILABLE, Call, Transport, describe


class Logs:
    """`/deployments/{id}/logs` and `/events`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def read(
        self, deployment: str, *, container: str | None = None, tail: int | None = None, previous: bool = False
    ) -> Log:
        """Return the newest lines, of the run before this one with `previous`."""
        query = {"container": container, "tail": tail, "previous": previous or None}
        return Log.read(await self._transport.send(Call("GET", _path(deployment), query)))

    async def happenings(self, deployment: str) -> Happenings:
        """Return what the cluster tells of its objects, oldest first."""
        path = f"/deployments/{quote(deployment, safe='')}/events"
        return Happenings.read(await self._transport.send(Call("GET", path)))

    async def follow(
        self, deployment: str, *, container: str | None = None, tail: int | None = None
    ) -> AsyncIterator[LogLine]:
        """Go through the newest lines and those that come, until the API says that there are no more.

        Raises:
            Problem: the API refuses it, or can't go on.
            Unreachable: the connection breaks.
        """
        asked: Mapping[str, str | int | None] = {"container": container, "tail": tail}
        query = {name: value for name, value in asked.items() if value is not None}
        url = f"{self._transport.address}{BASE}{_path(deployment)}/stream"
        headers, timeout = await self._transport.headers(renew=False), httpx.Timeout(SILENCE, connect=3.0)
        try:
            async with aconnect_sse(
                self._transport.http, "GET", url, params=query, headers=headers, timeout=timeout
            ) as source:
                if not source.response.is_success:
                    await source.response.aread()
                    raise read_problem(source.response.status_code, source.response.json(), "")
                async for event in source.aiter_sse():
                    if event.event == "line":
                        yield LogLine.read(event.json())
                    elif event.event == "refused":
                        raise read_problem(UNAVAILABLE, event.json(), "")
                    elif event.event == "end":
                        return
        except httpx.TransportError as error:
            raise Unreachable(self._transport.address, describe(error)) from error


def _path(deployment: str) -> str:
    return f"/deployments/{quote(deployment, safe='')}/logs"
