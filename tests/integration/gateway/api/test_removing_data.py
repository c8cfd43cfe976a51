"""DELETE keeps the data unless the deployment's name is repeated; what is kept is shown, found again and removable."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx

from contracts.deployments.events import ObjectReference
from contracts.deployments.reasons import ClosedOutcome
from tests.fakes import gateway_events as told
from tests.fakes.gateway_life import Life
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]
NAME = "docling-serve"
VOLUMES = (ObjectReference(kind="PersistentVolumeClaim", name="docling-serve-data"),)


async def _remove(life: Life, **query: str) -> httpx.Response:
    return await life.client.delete(life.address, params=query)


async def _is_removed(life: Life, generation: int, kept: tuple[ObjectReference, ...] = VOLUMES) -> None:
    await life.hear((told.removed().model_copy(update={"kept": kept}), generation))


async def test_the_data_goes_only_by_name(life: Life) -> None:
    """Another name is refused and nothing is recorded; without one the data stays, with the right one it goes."""
    refused = await _remove(life, withData="docling")
    assert (refused.status_code, refused.json()["errors"][0]["code"]) == (422, "not-the-name")
    assert "withData" not in life.asked()[-1]
    kept = await _remove(life)
    assert (kept.status_code, life.asked()[-1]["withData"]) == (202, False)
    assert (await _remove(life)).json()["id"] == kept.json()["id"]
    widened = await _remove(life, withData=NAME)
    assert (widened.json()["generation"], life.asked()[-1]["withData"]) == (3, True)
    assert (await _remove(life)).json()["id"] == widened.json()["id"]


async def test_one_key_is_one_of_the_two(life: Life) -> None:
    """The same key for a removal with the data is another request, and refused as such."""
    headers = {"Idempotency-Key": "remove-1"}
    assert (await life.client.delete(life.address, headers=headers)).status_code == 202
    again = await life.client.delete(life.address, params={"withData": NAME}, headers=headers)
    assert again.json()["code"] == "idempotency-key-reused"


async def test_kept_data_is_shown_and_taken_later(life: Life) -> None:
    """A removed deployment names its volumes; a further removal is for the data alone, and after that none is left."""
    await _remove(life)
    await _is_removed(life, 2)
    shown = await life.shown()
    assert (shown["removed"], shown["stands"], shown["keptData"]) == (True, False, ["docling-serve-data"])
    assert (await _remove(life)).json()["code"] == "already-removed"
    assert (await _remove(life, withData=NAME)).status_code == 202
    await _is_removed(life, 3, ())
    assert ((await life.shown())["keptData"], (await life.shown())["removed"]) == ([], True)
    assert (await _remove(life, withData=NAME)).json()["code"] == "already-removed"


async def test_the_same_app_finds_its_data_again(life: Life) -> None:
    """Deployed under the same name it is the same deployment; rejected, its name and data are as they were."""
    await _remove(life)
    await _is_removed(life, 2)
    again = await life.client.post("/deployments", json={"app": NAME, "version": "1.0"})
    assert (again.json()["subject"]["deployment"], again.json()["generation"]) == (life.deployment, 3)
    await life.hear((told.closed(ClosedOutcome.REJECTED), 3))
    shown = await life.shown()
    assert (shown["stands"], shown["keptData"]) == (False, ["docling-serve-data"])
    assert (await life.client.post("/deployments", json={"app": NAME})).json()["generation"] == 4
    await life.becomes_healthy(4)
    assert ((await life.shown())["stands"], (await life.shown())["keptData"]) == (True, [])


async def test_another_app_does_not_get_the_data(life: Life) -> None:
    """NameKeepsData: it is told whose data is there and what takes that away; without data the name is free."""
    await life.gateway.hear(*map(life.tell, (told.app(told.OTHER_APP, "qdrant"), told.version(told.OTHER_APP))))
    await _remove(life)
    await _is_removed(life, 2)
    wish: dict[str, Any] = {"app": "qdrant", "name": NAME}
    refused = await life.client.post("/deployments", json=wish)
    assert (refused.status_code, refused.json()["code"]) == (422, "name-keeps-data")
    assert f"appstore remove {life.deployment} --with-data {NAME}" in refused.json()["next"][-1]
    await _remove(life, withData=NAME)
    await _is_removed(life, 3, ())
    assert (await life.client.post("/deployments", json=wish)).status_code == 202
