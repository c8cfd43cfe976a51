"""Deployments of the person's teams: request one, look at it, change it, go back, remove it."""

from collections.abc import Mapping
from urllib.parse import quote

from appstore_client.models.base import Page
from appstore_client.models.deployment import Deployment, Revision, TimelineEntry
from appstore_client.models.diagnosis import Diagnosis
from appstore_client.models.operation import Operation
from appstore_client.models.plan import Plan
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

    async def request(  # noqa: PLR0913 - what the API takes
        self,
        app: str,
        *,
        environment: str,
        version: str | None = None,
        team: str | None = None,
        name: str | None = None,
        parameters: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        replicas: int | None = None,
        declared_by: str | None = None,
        decide_within: int | None = None,
        wait: float = 0,
        key: str | None = None,
    ) -> Operation:
        """Ask for a deployment; without `version` the newest, without `name` the app's, without `team` the only one.

        Values of `secrets` are sealed by the platform at once; nobody can read them back. What is not decided within
        `decide_within` seconds (5 to 3600; the operator's choice without it) is closed as undecided. `declared_by`
        names the files that declare it, if any do.
        """
        asked = {
            "app": app,
            "version": version,
            "environment": environment,
            "team": team,
            "name": name,
            "parameters": dict(parameters) if parameters else None,
            "secrets": dict(secrets) if secrets else None,
            "replicas": replicas,
            "declaredBy": declared_by,
            "decideWithin": decide_within,
        }
        body = {field: value for field, value in asked.items() if value is not None}
        return await request(self._transport, "POST", "/deployments", body, wait=wait, key=key)

    async def plan(  # noqa: PLR0913 - what the API takes
        self,
        app: str,
        *,
        environment: str,
        version: str | None = None,
        team: str | None = None,
        name: str | None = None,
        parameters: Mapping[str, str] | None = None,
        secrets: Mapping[str, str] | None = None,
        replicas: int | None = None,
    ) -> Plan:
        """Return what `request` with the same arguments would do; nothing is asked."""
        asked = {
            "app": app,
            "version": version,
            "environment": environment,
            "team": team,
            "name": name,
            "parameters": dict(parameters) if parameters else None,
            "secrets": dict(secrets) if secrets else None,
            "replicas": replicas,
        }
        return await self._plan("/deployments/_plan", asked)

    async def plan_change(
        self,
        deployment: str,
        *,
        version: str | None = None,
        parameters: Mapping[str, str | None] | None = None,
        secrets: Mapping[str, str | None] | None = None,
        replicas: int | None = None,
    ) -> Plan:
        """Return what `change` with the same arguments would do; nothing is asked."""
        asked = {
            "version": version,
            "parameters": dict(parameters) if parameters else None,
            "secrets": dict(secrets) if secrets else None,
            "replicas": replicas,
        }
        return await self._plan(f"{_path(deployment)}/_plan", asked)

    async def _plan(self, path: str, asked: Mapping[str, object]) -> Plan:
        body = {field: value for field, value in asked.items() if value is not None}
        return Plan.read(await self._transport.send(Call("POST", path, body=body)))

    async def change(  # noqa: PLR0913 - what the API takes
        self,
        deployment: str,
        *,
        version: str | None = None,
        parameters: Mapping[str, str | None] | None = None,
        secrets: Mapping[str, str | None] | None = None,
        replicas: int | None = None,
        decide_within: int | None = None,
        wait: float = 0,
        key: str | None = None,
    ) -> Operation:
        """Ask for a change; what is not named stays, a parameter that is None goes back to the version's default.

        Raises `Problem` with code nothing-to-change when it is like that already.
        """
        asked = {
            "version": version,
            "parameters": dict(parameters) if parameters else None,
            "secrets": dict(secrets) if secrets else None,
            "replicas": replicas,
            "decideWithin": decide_within,
        }
        body = {field: value for field, value in asked.items() if value is not None}
        return await request(self._transport, "PATCH", _path(deployment), body, wait=wait, key=key)

    async def declare(  # noqa: PLR0913 - what the API takes
        self,
        deployment: str,
        *,
        version: str,
        parameters: Mapping[str, str] | None = None,
        secrets: Mapping[str, str | None] | None = None,
        replicas: int | None = None,
        declared_by: str | None = None,
        wait: float = 0,
        key: str | None = None,
    ) -> Operation:
        """Say all of what it shall be; what is not named goes back to the version's default.

        A secret that is None stays as it was given. Raises `Problem` with code nothing-to-change when it is so already.
        """
        asked = {
            "version": version,
            "parameters": dict(parameters or {}),
            "secrets": dict(secrets or {}),
            "replicas": replicas,
            "declaredBy": declared_by,
        }
        body = {field: value for field, value in asked.items() if value is not None}
        return await request(self._transport, "PUT", _path(deployment), body, wait=wait, key=key)

    async def restart(
        self, deployment: str, *, decide_within: int | None = None, wait: float = 0, key: str | None = None
    ) -> Operation:
        """Ask for every pod to be replaced."""
        return await self._act(deployment, "_restart", {"decideWithin": decide_within}, wait, key)

    async def pause(self, deployment: str, *, wait: float = 0, key: str | None = None) -> Operation:
        """Ask that nothing of it runs; data, address and settings stay. Raises `Problem` with code change-under-way."""
        return await self._act(deployment, "_pause", {}, wait, key)

    async def resume(
        self, deployment: str, *, decide_within: int | None = None, wait: float = 0, key: str | None = None
    ) -> Operation:
        """Ask that it runs again, as it is asked."""
        return await self._act(deployment, "_resume", {"decideWithin": decide_within}, wait, key)

    async def roll_back(
        self,
        deployment: str,
        revision: int | None = None,
        *,
        decide_within: int | None = None,
        wait: float = 0,
        key: str | None = None,
    ) -> Operation:
        """Ask for what a revision had; without one, the last that was healthy before what runs."""
        asked = {"revision": revision, "decideWithin": decide_within}
        return await self._act(deployment, "_roll-back", asked, wait, key)

    async def cancel(self, deployment: str, *, wait: float = 0, key: str | None = None) -> Operation:
        """Take back the request that is under way; raises `Problem` with code nothing-to-cancel."""
        return await self._act(deployment, "_cancel", None, wait, key)

    async def revisions(self, deployment: str) -> Page[Revision]:
        """Return what it has been, newest first."""
        return await read_all(self._transport, f"{_path(deployment)}/revisions", {}, Revision)

    async def diagnosis(self, deployment: str) -> Diagnosis:
        """Return why it is not healthy, as far as there is something to say."""
        return Diagnosis.read(await self._transport.send(Call("GET", f"{_path(deployment)}/diagnosis")))

    async def remove(
        self, deployment: str, *, with_data: str | None = None, wait: float = 0, key: str | None = None
    ) -> Operation:
        """Ask for the removal of one by id; its data stays unless `with_data` repeats its name."""
        query = "" if with_data is None else f"?withData={quote(with_data, safe='')}"
        return await request(self._transport, "DELETE", _path(deployment) + query, None, wait=wait, key=key)

    async def timeline(self, deployment: str) -> Page[TimelineEntry]:
        """Return its events, oldest first."""
        return await read_all(self._transport, f"{_path(deployment)}/timeline", {}, TimelineEntry)

    async def _act(
        self, deployment: str, action: str, asked: Mapping[str, int | None] | None, wait: float, key: str | None
    ) -> Operation:
        body = None if asked is None else {field: value for field, value in asked.items() if value is not None}
        return await request(self._transport, "POST", f"{_path(deployment)}/{action}", body, wait=wait, key=key)


def _path(deployment: str) -> str:
    return f"/deployments/{quote(deployment, safe='')}"
