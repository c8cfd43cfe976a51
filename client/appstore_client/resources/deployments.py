"""Deployments of the person's teams: request one, look at it, remove it."""

from urllib.parse import quote

from appstore_client.models.base import Page
from appstore_client.models.deployment import Deployment, TimelineEntry
from appstore_client.models.operation import Operation
from appstore_client.resources.page import read_all
from appstore_client.resources.request import request
from appstore_client.transport import Call, Transport


class Deployments:
    """`/deployments`."""

    def __init__(self, transport: Transport) -> None:
        self._transport = transport

    async def list(self, *, team: str | None = None, open_only: bool | None = None) -> Page[Deployment]:
        """Return the deployments of one team (its slug) or of all the person's teams, up to 1000."""
        return await read_all(self._transport, "/deployments", {"team": team, "open": open_only}, Deployment)

    async def get(self, deployment: str) -> Deployment:
        """Return one by id; raises `Problem` with code other-team when it is not the person's."""
        return Deployment.read(await self._transport.send(Call("GET", _path(deployment))))

    async def request(
        self,
        app: str,
        *,
        environment: str,
        version: str | None = None,
        team: str | None = None,
        name: str | None = None,
        wait: float = 0,
        key: str | None = None,
    ) -> Operation:
        """Ask for a deployment; without `version` the newest, without `name` the app's, without `team` the only one."""
        asked = {"app": app, "version": version, "environment": environment, "team": team, "name": name}
        body = {field: value for field, value in asked.items() if value is not None}
        return await request(self._transport, "POST", "/deployments", body, wait=wait, key=key)

    async def remove(self, deployment: str, *, wait: float = 0, key: str | None = None) -> Operation:
        """Ask for the removal of one by id."""
        return await request(self._transport, "DELETE", _path(deployment), None, wait=wait, key=key)

    async def timeline(self, deployment: str) -> Page[TimelineEntry]:
        """Return its events, oldest first."""
        return await read_all(self._transport, f"{_path(deployment)}/timeline", {}, TimelineEntry)


def _path(deployment: str) -> str:
    return f"/deployments/{quote(deployment, safe='')}"
