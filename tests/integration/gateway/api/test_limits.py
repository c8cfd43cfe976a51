"""Whatever arrives, the answer is a problem somebody can act on: never a 500, never silence."""

import json
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]
JSON = {"Content-Type": "application/json"}
EVIDENCE = "/apps/docling-serve/versions/1.0/evidence"
SOURCE = {"uri": "https://example.org", "seen": "2026-11-01"}


async def _stock(gateway: GatewayOnADatabase) -> None:
    tell = Telling()
    await gateway.hear(*map(tell, (told.app(), told.version(), told.cluster())))


def _code(answer: httpx.Response) -> tuple[int, str]:
    assert answer.headers["Content-Type"] == "application/problem+json"
    return answer.status_code, answer.json()["code"]


def _nested(depth: int) -> Any:
    found: Any = 1
    for _ in range(depth):
        found = [found]
    return found


async def _stream_of(size: int) -> AsyncIterator[bytes]:
    for _ in range(size // 4096):
        yield b" " * 4096


async def test_a_body_over_the_limit_is_refused_by_its_length(new_gateway: NewGateway) -> None:
    """2 MB announced is 413 at once."""
    async with new_gateway() as gateway, gateway.developer() as client:
        answer = await client.post("/deployments", content=b" " * 2_000_000, headers=JSON)
        assert _code(answer) == (413, "body-too-large")
        assert answer.json()["params"] == {"limit": 262144}
        assert answer.headers["API-Version"] == "1.0.0"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"


async def test_a_body_over_the_limit_is_refused_while_it_streams(new_gateway: NewGateway) -> None:
    """2 MB that were not announced are 413 as soon as too much arrived."""
    async with new_gateway() as gateway, gateway.developer() as client:
        answer = await client.post("/deployments", content=_stream_of(2_000_000), headers=JSON)
        assert _code(answer) == (413, "body-too-large")


@pytest.mark.parametrize("length", ["²", "-5", "1e3", "abc"])
async def test_a_length_that_is_no_number_is_a_bad_request(new_gateway: NewGateway, length: str) -> None:
    """A Content-Length nobody can read is 400."""
    async with new_gateway() as gateway, gateway.developer() as client:
        headers = [(b"content-length", length.encode("latin-1")), (b"content-type", b"application/json")]
        answer = await client.post("/deployments", content=b"{}", headers=headers)
        assert _code(answer) == (400, "bad-request")


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b'{"app": "docl',
        b"\xff\xfe",
        b'{"app": "\xc3\x28"}',
        b"[" * 100_000,
        b'{"app":' * 30_000,
        b"9" * 5000,
        b"\x00",
    ],
    ids=["empty", "cut off", "not UTF-8", "bad UTF-8 in text", "deep list", "deep object", "long number", "nul"],
)
async def test_what_is_not_json_is_a_bad_request(new_gateway: NewGateway, body: bytes) -> None:
    """A body that can't be read is 400 (or 422 for one without what is needed), whatever is wrong with it."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _stock(gateway)
        answer = await client.post("/deployments", content=body, headers=JSON)
        assert _code(answer) in {(400, "bad-request"), (422, "invalid-fields")}


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({}, "app"),
        ({"app": 5}, "app"),
        ({"app": "docling-serve", "colour": "red"}, "colour"),
        ({"app": "a" * 41}, "app"),
        ({"app": "Docling Serve"}, "app"),
        ({"app": "docling-serve", "name": "n" * 41}, "name"),
        ({"app": "docling-serve", "name": "-a"}, "name"),
        ({"app": "docling-serve", "environment": "e" * 64}, "environment"),
        ({"app": "docling-serve", "team": "t" * 64}, "team"),
        ({"app": "docling-serve", "version": "v" * 65}, "version"),
        ({"app": "docling-serve", "version": ""}, "version"),
        ([], "body"),
        ("text", "body"),
        (None, "body"),
    ],
)
async def test_a_wrong_field_is_named(new_gateway: NewGateway, body: Any, field: str) -> None:
    """`errors` says which field is wrong, with a code and a text."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _stock(gateway)
        answer = await client.post("/deployments", json=body)
        assert _code(answer) == (422, "invalid-fields")
        (error,) = answer.json()["errors"]
        assert error["field"] == field
        assert error["code"]
        assert error["detail"]
        assert gateway.published.entries == []


async def test_names_of_wrong_fields_are_bounded_and_readable(new_gateway: NewGateway) -> None:
    """A thousand wrong fields, or one with a name of any length or letters, give an answer of a bounded size."""
    async with new_gateway() as gateway, gateway.developer() as client:
        many = await client.post("/deployments", json={f"field{number}": 1 for number in range(5000)})
        long = await client.post("/deployments", json={"x" * 200_000: 1})
        odd = await client.post("/deployments", content=b'{"app": "a", "\\ud800": 1}', headers=JSON)
        lone = await client.post("/deployments", content=b'{"app": "\\ud800"}', headers=JSON)
        for answer in (many, long, odd, lone):
            assert _code(answer) == (422, "invalid-fields")
            assert len(answer.content) < 20_000


@pytest.mark.parametrize(
    "kind", ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data", "application/xml"]
)
async def test_another_media_type_is_told_so(new_gateway: NewGateway, kind: str) -> None:
    """A body that is not JSON by its own word is 415."""
    async with new_gateway() as gateway, gateway.developer() as client:
        answer = await client.post("/deployments", content=b"{}", headers={"Content-Type": kind})
        assert _code(answer) == (415, "unsupported-media-type")


async def test_json_by_another_name_is_json(new_gateway: NewGateway) -> None:
    """A charset or a suffix +json is taken."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _stock(gateway)
        for kind in ("application/json; charset=utf-8", "application/vnd.api+json"):
            answer = await client.post(
                "/deployments", content=b'{"app":"docling-serve"}', headers={"Content-Type": kind}
            )
            assert answer.status_code == 202


async def test_a_query_of_ten_thousand_parameters_is_refused(new_gateway: NewGateway) -> None:
    """An address longer than any of ours is 414."""
    async with new_gateway() as gateway, gateway.developer() as client:
        answer = await client.get("/apps?" + "&".join(["a"] * 10_000))
        assert _code(answer) == (414, "address-too-long")
        assert _code(await client.get("/apps/" + "a" * 20_000)) == (414, "address-too-long")


async def test_huge_headers_are_refused(new_gateway: NewGateway) -> None:
    """More headers than any client of ours sends is 431."""
    async with new_gateway() as gateway, gateway.client() as client:
        big = await client.get("/apps", headers={"X-Big": "x" * 40_000})
        assert _code(big) == (431, "headers-too-large")
        many = await client.get("/apps", headers=[(f"x-{number}", "1") for number in range(500)])
        assert _code(many) == (431, "headers-too-large")


@pytest.mark.parametrize(("key", "status"), [("k" * 128, 202), ("k" * 129, 422), ("", 422), ("ключ".encode(), 202)])
async def test_a_key_is_at_most_128_characters(new_gateway: NewGateway, key: Any, status: int) -> None:
    """An Idempotency-Key is between 1 and 128 characters, and the field is named when it is not."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _stock(gateway)
        raw = key if isinstance(key, bytes) else key.encode()
        answer = await client.post(
            "/deployments", json={"app": "docling-serve"}, headers=[(b"Idempotency-Key", raw[:256])]
        )
        assert answer.status_code == status
        if status == 422:
            assert [one["field"] for one in answer.json()["errors"]] == ["Idempotency-Key"]


@pytest.mark.parametrize(
    "value",
    [
        _nested(50),
        _nested(500),
        "x" * 100_000,
        float("nan"),
        10**30,
        {"a\u0000b": 1},
        {"\ud800": 1},
        "\ud800",
        {str(number): 1 for number in range(10_000)},
    ],
    ids=["50 deep", "500 deep", "long text", "nan", "big number", "nul name", "half name", "half text", "wide"],
)
async def test_evidence_that_cannot_travel_is_refused(new_gateway: NewGateway, value: Any) -> None:
    """What would break on the way is refused before it is accepted, and nothing is recorded."""
    async with new_gateway() as gateway, gateway.client(gateway.token("security")) as client:
        await _stock(gateway)
        body = json.dumps({"kind": "dpia", "fact": {"value": value, "source": SOURCE}})
        answer = await client.post(EVIDENCE, content=body, headers=JSON)
        assert _code(answer) in {(422, "invalid-fields"), (413, "body-too-large"), (400, "bad-request")}
        assert gateway.published.entries == []


async def test_a_review_of_four_thousand_wide_characters_is_taken_or_told(new_gateway: NewGateway) -> None:
    """The longest review that is allowed travels; one that can't is told as a field that is too long."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _stock(gateway)
        for letter, status in (("a", 202), ("é", 202), ("€", 202), ("\U0001f600", 422)):
            answer = await client.post("/apps/docling-serve/reviews", json={"rating": 4, "text": letter * 4000})
            assert answer.status_code == status, letter
        assert [one["field"] for one in answer.json()["errors"]] == ["text"]


async def test_a_team_whose_name_makes_no_namespace_is_told(new_gateway: NewGateway) -> None:
    """A team's name from the issuer that Kubernetes would not take is a problem with a name, not a 500."""
    async with new_gateway() as gateway:
        await _stock(gateway)
        for slug in ("Team Data", "t" * 63, "-x", ""):
            token = gateway.token(person=told.an_id(53), teams=((told.an_id(43), slug),))
            async with gateway.client(token) as client:
                answer = await client.post("/deployments", json={"app": "docling-serve"})
                assert _code(answer) == (422, "team-name-unfit"), slug


async def test_an_unforeseen_error_is_ours_and_says_so(new_gateway: NewGateway) -> None:
    """What nobody foresaw is a 500 problem with every header, and tells nothing of the inside."""
    async with new_gateway() as gateway, gateway.client() as client:
        await gateway.database.collection("apps_v1").insert_one(
            {"_id": "x", "name": "broken", "title": "B", "withdrawn": False}
        )
        answer = await client.get("/apps/broken")
        assert _code(answer) == (500, "internal-error")
        assert answer.headers["API-Version"] == "1.0.0"
        assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
        assert "KeyError" not in answer.text
