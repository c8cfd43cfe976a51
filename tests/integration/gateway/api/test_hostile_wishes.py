"""What tries to be more than a value is a value, or is refused by its field; nothing else of a request can be said."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import orjson
import pytest

from contracts.apps.parameter import Parameter
from contracts.noun import Text
from tests.fakes import gateway_events as told
from tests.fakes.cluster_conformance import HOSTILE
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]
WISH: dict[str, Any] = {"app": "docling-serve", "name": "other"}


@pytest.mark.parametrize("more", ["namespace", "annotations", "env", "image", "labels", "cluster"])
async def test_nothing_of_an_object_can_be_asked(new_gateway: NewGateway, more: str) -> None:
    """A field that a description or the platform decides is refused by its name, and nothing is accepted."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await gateway.stock()
        answer = await client.post("/deployments", json={**WISH, more: {"kube-system": "x"}})
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid-fields")
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert [one["field"] for one in answer.json()["errors"]] == [more]
        assert gateway.published.entries == []


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"name": "a" * 64}, "name"),
        ({"name": "a\nmetadata: {namespace: kube-system}"}, "name"),
        ({"environment": "test\n---\nkind: Namespace"}, "environment"),
        ({"environment": "../kube-system"}, "environment"),
        ({"version": "1.0@sha256:abc"}, "version"),
        ({"parameters": {"A=B\nPATH": "x"}}, "parameters"),
        ({"parameters": {"a" * 64: "x"}}, "parameters"),
        ({"parameters": {"no-such-parameter": "x"}}, "parameters"),
    ],
    ids=str,
)
async def test_a_name_that_is_more_than_a_name_is_refused(
    new_gateway: NewGateway, wish: dict[str, Any], field: str
) -> None:
    """By its field, with a sentence that repeats nothing of what was sent."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await gateway.stock()
        answer = await client.post("/deployments", json={**WISH, **wish})
        assert answer.status_code == 422, answer.text
        assert all(one["field"].startswith(field) for one in answer.json()["errors"])
        assert "kube-system" not in answer.text
        assert gateway.published.entries == []


async def test_a_value_with_the_text_of_another_object_stays_a_value(new_gateway: NewGateway) -> None:
    """YAML, a template, a variable and odd line ends go into the request as they were typed, and nowhere else."""
    async with new_gateway() as gateway, gateway.developer() as client:
        note = Parameter(name="note", title=Text(nl="Notitie", en="Note"), env="NOTE")
        tell = await gateway.stock()
        await gateway.hear(tell(told.version(tag="2.0", parameters=(note,))))
        wish = {**WISH, "version": "2.0", "parameters": {"note": HOSTILE}}
        answer = await client.post("/deployments", json=wish)
        assert answer.status_code == 202, answer.text
        asked = orjson.loads(gateway.published.entries[-1]["value"])
        assert asked["parameters"] == {"note": HOSTILE}
        assert asked["environment"]["namespace"] == "team-data-test"
