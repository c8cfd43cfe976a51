"""A review is kept and shown as the text it is."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from contracts.community.events import ReviewPublished
from contracts.community.requests import ReviewSubmitted
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]
REVIEWS = "/apps/docling-serve/reviews"


@pytest.mark.parametrize(
    ("language", "detail"),
    [
        ("nl", "Hier staat niets dat mensen kunnen lezen. Schrijf een tekst."),
        ("en", "There is nothing here that people can read. Write a text."),
    ],
)
async def test_a_review_with_nothing_to_read_is_refused(new_gateway: NewGateway, language: str, detail: str) -> None:
    """A review of characters nobody sees is told so, and nothing is recorded."""
    async with new_gateway() as gateway, gateway.developer(**{"Accept-Language": language}) as client:
        await gateway.stock()
        answer = await client.post(REVIEWS, json={"rating": 4, "text": "\u202e\u0007"})
        assert answer.status_code == 422
        assert answer.json()["errors"] == [{"field": "text", "code": "string_too_short", "detail": detail}]
        assert gateway.published.entries == []


@pytest.mark.parametrize("language", ["nl", "en"])
async def test_a_review_is_shown_as_the_text_it_is(new_gateway: NewGateway, language: str) -> None:
    """What turns letters around is gone, HTML is text in the API and escaped on the page."""
    async with new_gateway() as gateway, gateway.developer(**{"Accept-Language": language}) as client:
        await gateway.stock()
        sent = {"rating": 4, "text": "<b>Good</b>\u202e \u2066and\u0000 fast"}
        assert (await client.post(REVIEWS, json=sent)).status_code == 202
        (entry,) = gateway.published.entries
        asked = ReviewSubmitted.model_validate_json(bytes(entry["value"]))
        review = ReviewPublished(review=asked.review, app=asked.app, author=told.PERSON, rating=4, text=asked.text)
        await gateway.hear(Telling()(review))
        shown = [one["text"] for one in (await client.get(REVIEWS)).json()["items"]]
        assert "<b>Good</b> and fast" in shown
        page = await client.get("https://store.example/apps/docling-serve")
        assert "&lt;b&gt;Good&lt;/b&gt; and fast" in page.text
        assert "<b>Good" not in page.text
