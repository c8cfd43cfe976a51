"""Every route for nobody, for the team that owns it, and for another team; and what every answer carries."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from typing import Any

import httpx
import pytest

from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import an_id
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]
APP = "/apps/docling-serve"
DEPLOYMENT = f"/deployments/{told.DEPLOYMENT}"
FACT: dict[str, Any] = {
    "kind": "licenceCode",
    "fact": {"value": "MIT", "source": {"uri": "https://example.org", "seen": "2026-11-01"}},
}
OTHER = {"app": "docling-serve", "name": "other"}
Row = tuple[str, str, Any, int, int, int]
ROUTES: tuple[Row, ...] = (
    ("GET", "/apps", None, 200, 200, 200),
    ("GET", APP, None, 200, 200, 200),
    ("GET", f"{APP}/versions/1.0/scorecard", None, 200, 200, 200),
    ("GET", f"{APP}/reviews", None, 200, 200, 200),
    ("GET", "/openapi.json", None, 200, 200, 200),
    ("POST", f"{APP}/versions/1.0/evidence", FACT, 401, 403, 403),
    ("POST", f"{APP}/reviews", {"rating": 4, "text": "Good"}, 401, 202, 202),
    ("POST", "/deployments", {"app": "docling-serve"}, 401, 202, 202),
    ("GET", "/deployments", None, 401, 200, 200),
    ("GET", "/deployments?team=team-data", None, 401, 200, 404),
    ("GET", DEPLOYMENT, None, 401, 200, 403),
    ("GET", f"{DEPLOYMENT}/timeline", None, 401, 200, 403),
    ("DELETE", DEPLOYMENT, None, 401, 202, 403),
    ("GET", "/operations", None, 401, 200, 200),
    ("GET", "/operations?open=true", None, 401, 200, 200),
    ("GET", "/environments", None, 401, 200, 200),
    ("GET", "/me", None, 401, 200, 200),
    ("GET", "/clusters", None, 401, 200, 200),
    ("GET", "/events?team=team-data", None, 404, 0, 404),
    ("GET", "/events?app=nothing", None, 404, 404, 404),
)
"""Method, address, body; then the status for nobody, for somebody of the team and for somebody of another."""


@pytest.mark.parametrize("row", [row for row in ROUTES if 0 not in row], ids=lambda row: f"{row[0]} {row[1]}")
async def test_each_route_knows_who_may(new_gateway: NewGateway, row: Row) -> None:
    """Nobody gets 401 where people have to be known, another team 403 or 404, and the team its answer."""
    method, address, body, *statuses = row
    async with new_gateway() as gateway:
        await gateway.stock()
        for client, status in zip((gateway.client(), gateway.developer(), gateway.stranger()), statuses, strict=True):
            async with client:
                answer = await client.request(method, address, json=body)
                assert answer.status_code == status, answer.text
                _carries_what_every_answer_carries(answer)
                if status >= 400:
                    _is_a_whole_problem(answer)


def _carries_what_every_answer_carries(answer: httpx.Response) -> None:
    assert answer.headers["API-Version"] == "1.0.0"
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["X-Frame-Options"] == "DENY"
    assert answer.headers["Content-Security-Policy"] == "frame-ancestors 'none'"
    assert "Accept-Language" in answer.headers["Vary"]
    if "Authorization" in answer.request.headers or answer.status_code >= 400:
        assert answer.headers["Cache-Control"] == "no-store"


def _is_a_whole_problem(answer: httpx.Response) -> None:
    assert answer.headers["Content-Type"] == "application/problem+json"
    problem = answer.json()
    assert {"type", "title", "status", "detail", "code", "fault", "params", "next", "instance"} <= problem.keys()
    assert problem["status"] == answer.status_code
    assert problem["type"] == f"/problems/{problem['code']}"
    assert problem["fault"] in {"you", "app", "platform", "dependency"}
    assert problem["next"]
    assert "{" not in problem["detail"] + problem["title"]
    assert "?" not in problem["detail"]


@pytest.mark.parametrize(
    ("language", "title"), [("nl", "Er is geen app met deze naam"), ("en", "There is no app with this name")]
)
async def test_a_problem_speaks_the_language_asked_for(new_gateway: NewGateway, language: str, title: str) -> None:
    """The same problem in Dutch and in English; the code does not change."""
    async with new_gateway() as gateway, gateway.client(None, **{"Accept-Language": language}) as client:
        answer = await client.get("/apps/nothing")
        problem = answer.json()
        assert (problem["code"], problem["title"], problem["params"]) == ("unknown-app", title, {"app": "nothing"})
        assert answer.headers["Content-Language"] == language


@pytest.mark.parametrize(
    ("method", "address", "body", "status", "code"),
    [
        ("GET", "/nothing", None, 404, "no-such-address"),
        ("GET", "/apps/", None, 404, "no-such-address"),
        ("GET", "/deployments/", None, 404, "no-such-address"),
        ("GET", f"{APP}/", None, 404, "no-such-address"),
        ("GET", "/", None, 404, "no-such-address"),
        ("PUT", "/apps", {}, 405, "method-not-allowed"),
        ("POST", DEPLOYMENT, {}, 405, "method-not-allowed"),
        ("GET", "/apps/nothing", None, 404, "unknown-app"),
        ("GET", "/apps/nothing/reviews", None, 404, "unknown-app"),
        ("GET", f"{APP}/versions/9/scorecard", None, 404, "unknown-version"),
        ("GET", f"/deployments/{an_id(99)}", None, 404, "unknown-deployment"),
        ("GET", "/deployments/nonsense/timeline", None, 404, "unknown-deployment"),
        ("DELETE", f"/deployments/{an_id(99)}", None, 404, "unknown-deployment"),
        ("GET", f"/operations/{an_id(99)}", None, 404, "unknown-operation"),
        ("POST", "/deployments", {"app": "nothing"}, 404, "unknown-app"),
        ("POST", "/deployments", {"app": "docling-serve", "version": "9"}, 404, "unknown-version"),
        ("POST", "/deployments", {"app": "docling-serve", "environment": "moon"}, 404, "unknown-environment"),
        ("POST", "/deployments", {"app": "docling-serve", "team": "team-web"}, 404, "unknown-team"),
        ("GET", "/deployments?open=maybe", None, 422, "invalid-fields"),
        ("GET", f"/apps?q={'x' * 201}", None, 422, "invalid-fields"),
        ("POST", f"{APP}/reviews", {"rating": 6, "text": "x"}, 422, "invalid-fields"),
        ("POST", f"{APP}/reviews", {"rating": 5, "text": "   "}, 422, "invalid-fields"),
    ],
)
async def test_what_is_not_there_is_told_by_its_name(
    new_gateway: NewGateway, method: str, address: str, body: Any, status: int, code: str
) -> None:
    """Each thing that is not there, or not allowed, has a code of its own; nothing is recorded."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await gateway.stock()
        answer = await client.request(method, address, json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        _carries_what_every_answer_carries(answer)
        _is_a_whole_problem(answer)
        assert gateway.published.entries == []


async def test_a_method_that_is_not_taken_names_those_that_are(new_gateway: NewGateway) -> None:
    """405 says in `Allow` what the address takes, over all its routes."""
    async with new_gateway() as gateway, gateway.client() as client:
        assert (await client.put("/deployments")).headers["Allow"] == "GET, POST"
        assert (await client.post(DEPLOYMENT)).headers["Allow"] == "DELETE, GET, PATCH, PUT"


async def test_head_answers_as_get_without_a_body(new_gateway: NewGateway) -> None:
    """HEAD has the status and headers of GET; a stream of events takes no HEAD, because it never ends."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await gateway.stock()
        for address in ("/apps", DEPLOYMENT, "/nothing"):
            head, got = await client.head(address), await client.get(address)
            assert (head.status_code, head.content) == (got.status_code, b"")
            assert head.headers["Content-Type"] == got.headers["Content-Type"]
        assert (await client.head("/events")).status_code == 405
