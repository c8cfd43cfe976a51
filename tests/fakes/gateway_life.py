"""A deployment of team-data on a gateway with a database, and hands that let it live."""

from dataclasses import dataclass
from typing import Any

import httpx
import orjson

from tests.fakes import gateway_changes as changes
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

WISH = {"app": "docling-serve"}
CHOSEN = {"log-level": "debug", "workers": "4"}
"""Parameters that a test begins with."""


@dataclass
class Life:
    """One deployment, asked for through the API."""

    gateway: GatewayOnADatabase
    client: httpx.AsyncClient
    tell: Telling
    deployment: str
    revision: int = 0

    @property
    def address(self) -> str:
        """Where it is read and changed."""
        return f"/deployments/{self.deployment}"

    async def hear(self, *rows: tuple[Any, int]) -> None:
        """What the other services tell about it, each with its generation."""
        await self.gateway.catch_up()
        about = {"deployment": self.deployment}
        events = [self.tell(payload.model_copy(update=about), generation=number) for payload, number in rows]
        await self.gateway.hear(*events)

    async def becomes_healthy(self, generation: int) -> None:
        """The request with this generation is approved and rolled out."""
        self.revision += 1
        await self.hear(
            (told.approved(), generation),
            (told.started(self.revision), generation),
            (told.succeeded(self.revision), generation),
        )

    async def change(self, **wish: Any) -> httpx.Response:
        """PATCH it."""
        return await self.client.patch(self.address, json=wish)

    async def act(self, action: str, **wish: Any) -> httpx.Response:
        """POST one of its actions."""
        return await self.client.post(f"{self.address}/{action}", json=wish)

    def asked(self) -> list[dict[str, Any]]:
        """What was recorded, oldest first."""
        return [orjson.loads(entry["value"]) for entry in self.gateway.published.entries]

    async def shown(self) -> Any:
        """As the API shows it."""
        return (await self.client.get(self.address)).json()

    async def operation(self, answer: httpx.Response) -> Any:
        """How the operation of an answer stands now."""
        return (await self.client.get(f"/operations/{answer.json()['id']}")).json()


async def begin_life(gateway: GatewayOnADatabase, client: httpx.AsyncClient, **wish: Any) -> Life:
    """A healthy deployment of version 1.0, whose app has a version 2.0 without the parameter `cache` too."""
    tell = Telling()
    versions = told.version(parameters=changes.CHOICES), told.version(tag="2.0", parameters=changes.CHOICES[:2])
    await gateway.hear(*map(tell, (told.app(), *versions, told.cluster())))
    asked = await client.post("/deployments", json={**WISH, "version": "1.0", **wish})
    assert asked.status_code == 202, asked.text
    life = Life(gateway, client, tell, asked.json()["subject"]["deployment"])
    await life.becomes_healthy(1)
    return life


def wish_of(request: dict[str, Any]) -> tuple[Any, ...]:
    """What a request that was recorded says shall run."""
    return request["version"], request["parameters"], request.get("replicas")
