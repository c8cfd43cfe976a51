"""A problem about fields is of one language as a whole, and names each field by where it stands."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import pytest

from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]
JSON = {"Content-Type": "application/json"}
APP = "/apps/docling-serve"
EVIDENCE = f"{APP}/versions/1.0/evidence"
SOURCE = {"uri": "https://example.org", "seen": "2026-11-01"}
OBJECT = {
    "nl": "Stuur hier een JSON-object, met accolades eromheen.",
    "en": "Send a JSON object here, with braces around it.",
}


async def _errors(gateway: GatewayOnADatabase, language: str, address: str, **sent: Any) -> list[dict[str, str]]:
    method = "POST" if sent else "GET"
    token = gateway.token("developer", "security")
    async with gateway.client(token, **{"Accept-Language": language}) as client:
        answer = await client.request(method, address, **sent)
        assert answer.status_code in {400, 422}, answer.text
        assert answer.headers["Content-Language"] == language
        found: list[dict[str, str]] = answer.json()["errors"]
        return found


@pytest.mark.parametrize(
    ("language", "detail"), [("nl", "De JSON klopt niet vanaf teken 9."), ("en", "The JSON breaks at character 9.")]
)
async def test_broken_json_is_told_by_where_it_breaks(new_gateway: NewGateway, language: str, detail: str) -> None:
    """No field is called after a position: it is the body, and the sentence says at which character."""
    async with new_gateway() as gateway:
        errors = await _errors(gateway, language, "/deployments", content=b'{"app": docling}', headers=JSON)
        assert errors == [{"field": "body", "code": "json_invalid", "detail": detail}]


@pytest.mark.parametrize("language", ["nl", "en"])
@pytest.mark.parametrize("body", [b"[]", b'"text"', b"5", b"null", b""])
async def test_what_is_no_object_is_told_to_be_one(new_gateway: NewGateway, language: str, body: bytes) -> None:
    """A list, a text, a number or nothing as body: send a JSON object."""
    async with new_gateway() as gateway:
        (error,) = await _errors(gateway, language, "/deployments", content=body, headers=JSON)
        assert (error["field"], error["detail"]) == ("body", OBJECT[language])


@pytest.mark.parametrize(
    ("language", "details"),
    [
        ("nl", ["Kies true of false.", "Gebruik hoogstens 63 tekens."]),
        ("en", ["Choose true or false.", "Use at most 63 characters."]),
    ],
)
async def test_parameters_of_an_address_are_told_too(
    new_gateway: NewGateway, language: str, details: list[str]
) -> None:
    """A wrong query parameter is named and told like a wrong field."""
    async with new_gateway() as gateway:
        errors = await _errors(gateway, language, f"/deployments?open=maybe&team={'t' * 64}")
        assert {one["field"]: one["detail"] for one in errors} == dict(zip(("open", "team"), details, strict=True))


@pytest.mark.parametrize(
    ("fact", "field", "dutch"),
    [
        (
            {"source": {**SOURCE, "path": 5}, "value": 1},
            "fact.source.path",
            "Geef hier tekst, tussen aanhalingstekens.",
        ),
        (
            {"source": SOURCE},
            "fact",
            "Geef een waarde, of een reden waarom de vraag niet geldt. Niet allebei.",
        ),
        (
            {"source": {"seen": "2026-11-01"}, "value": 1},
            "fact.source",
            "Noem een adres (uri), of een repository en een pad. Een citaat heeft hoogstens 20 woorden.",
        ),
        (
            {"source": SOURCE, "value": 1, "assurance": "verified"},
            "fact.assurance",
            "Kies attested of declared. Alleen onze eigen metingen zijn verified.",
        ),
    ],
)
async def test_what_is_wrong_inside_evidence_is_told_by_its_place(
    new_gateway: NewGateway, fact: dict[str, Any], field: str, dutch: str
) -> None:
    """A field deep in a fact has its whole name, and a rule of the contract is told in the reader's language."""
    async with new_gateway() as gateway:
        await gateway.stock()
        (error,) = await _errors(gateway, "nl", EVIDENCE, json={"kind": "dpia", "fact": fact})
        assert (error["field"], error["detail"]) == (field, dutch)
