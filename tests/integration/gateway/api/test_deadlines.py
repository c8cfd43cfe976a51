"""By when a request must be decided: what whoever asks chooses, or else what the operator set."""

from datetime import UTC, datetime
from typing import Any

import pytest

from tests.fakes.gateway_life import Life, wish_of


async def seconds_given(life: Life, method: str, address: str, wish: dict[str, Any]) -> float:
    """How long there is to decide about a request, from when it was asked."""
    asked_at = datetime.now(UTC)
    answer = await life.client.request(method, address, json=wish)
    assert answer.status_code == 202, answer.text
    return (datetime.fromisoformat(life.asked()[-1]["decideBy"]) - asked_at).total_seconds()


async def test_whoever_asks_chooses_how_long_there_is(life: Life) -> None:
    """Each request that is decided carries the deadline of its `decideWithin`; without one the operator's."""
    await life.change(version="2.0")
    await life.becomes_healthy(2)
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("POST", "/deployments", {"app": "docling-serve", "name": "hasty"}),
        ("PATCH", life.address, {"replicas": 3}),
        ("POST", f"{life.address}/_restart", {}),
        ("POST", f"{life.address}/_roll-back", {"revision": 1}),
    ]
    hasty = [await seconds_given(life, how, where, wish | {"decideWithin": 9}) for how, where, wish in asked]
    assert hasty == pytest.approx([9] * 4, abs=3)
    asked[1] = ("PATCH", life.address, {"replicas": 4})
    patient = [await seconds_given(life, how, where, wish) for how, where, wish in asked]
    assert patient == pytest.approx([60] * 4, abs=3)


async def test_a_deadline_alone_changes_nothing(life: Life) -> None:
    """A PATCH that only says how long there is makes nothing otherwise; a restart needs no body."""
    before = wish_of(life.asked()[-1])
    assert (await life.change(decideWithin=30)).json()["code"] == "nothing-to-change"
    assert (await life.client.post(f"{life.address}/_restart")).status_code == 202
    assert wish_of(life.asked()[-1]) == before


@pytest.mark.parametrize(
    ("language", "told"), [("en", "Give a number of 5 or more."), ("nl", "Geef een getal van 5 of hoger.")]
)
async def test_a_deadline_nobody_can_meet_is_refused(life: Life, language: str, told: str) -> None:
    """Less than 5 seconds is refused at the field, in the reader's language."""
    headers, wish = {"Accept-Language": language}, {"app": "docling-serve", "name": "hasty", "decideWithin": 4}
    answer = await life.client.post("/deployments", json=wish, headers=headers)
    (error,) = answer.json()["errors"]
    assert (answer.status_code, error["field"], error["code"]) == (422, "decideWithin", "greater_than_equal")
    assert told in error.values()
