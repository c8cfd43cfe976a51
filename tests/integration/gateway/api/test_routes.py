"""Every route for nobody, for the team that owns it, and for another team; and what every answer carries."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

import httpx
import pytest

from services.gateway.live.hub import Hub
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import Telling, an_id
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
    ("GET", "/me", None, 401, 200, 200),
    ("GET", "/events?team=team-data", None, 404, 0, 404),
    ("GET", "/events?app=nothing", None, 404, 404, 404),
)
"""Method, address, body; then the status for nobody, for somebody of the team and for somebody of another."""


async def _stock(gateway: GatewayOnADatabase) -> Telling:
    tell = Telling()
    asked = tell(told.requested(), team=told.TEAM, actor=told.PERSON)
    await gateway.hear(*map(tell, (told.app(), told.version(), told.scored(), told.cluster(), told.review())), asked)
    await gateway.hear(*(tell(one, generation=1) for one in (told.approved(), told.started(), told.succeeded())))
    return tell


@pytest.mark.parametrize("row", [row for row in ROUTES if 0 not in row], ids=lambda row: f"{row[0]} {row[1]}")
async def test_each_route_knows_who_may(new_gateway: NewGateway, row: Row) -> None:
    """Nobody gets 401 where people have to be known, another team 403 or 404, and the team its answer."""
    method, address, body, *statuses = row
    async with new_gateway() as gateway:
        await _stock(gateway)
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
        ("PATCH", DEPLOYMENT, {}, 405, "method-not-allowed"),
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
        await _stock(gateway)
        answer = await client.request(method, address, json=body)
        assert (answer.status_code, answer.json()["code"]) == (status, code)
        _carries_what_every_answer_carries(answer)
        _is_a_whole_problem(answer)
        assert gateway.published.entries == []


async def test_a_method_that_is_not_taken_names_those_that_are(new_gateway: NewGateway) -> None:
    """405 says in `Allow` what the address takes, over all its routes."""
    async with new_gateway() as gateway, gateway.client() as client:
        assert (await client.put("/deployments")).headers["Allow"] == "GET, POST"
        assert (await client.put(DEPLOYMENT)).headers["Allow"] == "DELETE, GET"


async def test_head_answers_as_get_without_a_body(new_gateway: NewGateway) -> None:
    """HEAD has the status and headers of GET; a stream of events takes no HEAD, because it never ends."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _stock(gateway)
        for address in ("/apps", DEPLOYMENT, "/nothing"):
            head, got = await client.head(address), await client.get(address)
            assert (head.status_code, head.content) == (got.status_code, b"")
            assert head.headers["Content-Type"] == got.headers["Content-Type"]
        assert (await client.head("/events")).status_code == 405


async def test_an_accepted_request_says_where_to_look(new_gateway: NewGateway) -> None:
    """202 has the operation, its address in `Location`, and times in UTC with Z."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _stock(gateway)
        answer = await client.post("/deployments", json=OTHER)
        operation = answer.json()
        assert answer.headers["Location"] == f"/api/v1/operations/{operation['id']}"
        assert "Preference-Applied" not in answer.headers
        assert (operation["status"], operation["ended"], operation["team"]) == ("accepted", False, "team-data")
        assert operation["requestedAt"].endswith("Z")
        assert datetime.fromisoformat(operation["requestedAt"]).utcoffset() is not None
        found = await client.get(f"/operations/{operation['id']}")
        assert found.json() == operation


async def test_a_wish_to_wait_is_applied_and_said(new_gateway: NewGateway) -> None:
    """`Prefer: wait` answers 202 when the time is over and 200 with the ended operation, and says it was applied."""
    async with new_gateway() as gateway, gateway.developer(Prefer="wait=1") as client:
        await _stock(gateway)
        body = OTHER
        first = await client.post("/deployments", json=body, headers={"Idempotency-Key": "k"})
        assert (first.status_code, first.headers["Preference-Applied"]) == (202, "wait=1")
        deployment = first.json()["subject"]["deployment"]
        await gateway.catch_up()
        await gateway.hear(Telling()(told.closed_undecided(deployment), generation=first.json()["generation"]))
        again = await client.post("/deployments", json=body, headers={"Idempotency-Key": "k"})
        assert (again.status_code, again.json()["status"]) == (200, "failed")
        assert again.json()["problem"]["code"] == "undecided"
        assert again.json()["endedAt"].endswith("Z")


async def test_operations_are_for_their_people(new_gateway: NewGateway) -> None:
    """An operation is seen by who asked for it and by the team; another team is told 403."""
    async with new_gateway() as gateway, gateway.developer() as client, gateway.stranger() as stranger:
        await _stock(gateway)
        operation = (await client.post("/deployments", json={"app": "docling-serve"})).json()["id"]
        refused = await stranger.get(f"/operations/{operation}")
        assert (refused.status_code, refused.json()["code"]) == (403, "other-team")
        assert [one["id"] for one in (await client.get("/operations")).json()["items"]] == [operation]
        assert (await stranger.get("/operations")).json()["items"] == []
        async with gateway.client(gateway.token(person=an_id(55))) as colleague:
            assert (await colleague.get(f"/operations/{operation}")).status_code == 200


async def test_evidence_is_brought_by_those_who_may(new_gateway: NewGateway) -> None:
    """A security officer's evidence is accepted; for a version that is not there it is told so."""
    async with new_gateway() as gateway, gateway.client(gateway.token("security")) as client:
        await _stock(gateway)
        accepted = await client.post(f"{APP}/versions/1.0/evidence", json=FACT)
        assert (accepted.status_code, accepted.json()["kind"]) == (202, "add-evidence")
        unknown = await client.post(f"{APP}/versions/9/evidence", json=FACT)
        assert (unknown.status_code, unknown.json()["code"]) == (404, "unknown-version")
        verified = {**FACT, "fact": {**FACT["fact"], "assurance": "verified"}}
        refused = await client.post(f"{APP}/versions/1.0/evidence", json=verified)
        assert [one["field"] for one in refused.json()["errors"]] == ["fact.assurance"]
        nothing = {**FACT, "fact": {**FACT["fact"], "value": None}}
        assert (await client.post(f"{APP}/versions/1.0/evidence", json=nothing)).json()["errors"][0]["field"] == "fact"


async def test_a_role_that_may_not_read_hides_its_team_and_no_other(new_gateway: NewGateway) -> None:
    """A list shows the teams one may read; naming the other team, or its operation, is 403."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _stock(gateway)
        operation = (await client.post("/deployments", json=OTHER)).json()["id"]
        async with gateway.client(gateway.token("product-manager", person=an_id(59))) as onlooker:
            assert (await onlooker.get("/deployments")).json()["items"] == []
            assert (await onlooker.get("/operations")).json()["items"] == []
            for address in ("/deployments?team=team-data", DEPLOYMENT):
                assert (await onlooker.get(address)).json()["code"] == "not-allowed"
            assert (await onlooker.get(f"/operations/{operation}")).status_code == 403


async def test_the_team_has_to_be_named_by_who_is_in_several(new_gateway: NewGateway) -> None:
    """Without a team, somebody in two teams or in none is asked to name one."""
    async with new_gateway() as gateway:
        await _stock(gateway)
        both = ((told.TEAM, "team-data"), (told.OTHER_TEAM, "team-web"))
        for teams in (both, ()):
            async with gateway.client(gateway.token(person=an_id(56), teams=teams)) as client:
                answer = await client.post("/deployments", json={"app": "docling-serve"})
                assert (answer.status_code, answer.json()["code"]) == (422, "team-is-ambiguous")
        async with gateway.client(gateway.token(person=an_id(56), teams=both)) as client:
            answer = await client.post("/deployments", json={"app": "docling-serve", "team": "team-web"})
            assert (answer.status_code, answer.json()["team"]) == (202, "team-web")


async def test_without_a_cluster_nothing_is_accepted(new_gateway: NewGateway) -> None:
    """Before a cluster told of itself a deployment is 503 with a time to try again."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await gateway.hear(*map(Telling(), (told.app(), told.version())))
        answer = await client.post("/deployments", json={"app": "docling-serve"})
        assert (answer.status_code, answer.json()["code"], answer.headers["Retry-After"]) == (503, "no-cluster", "2")


async def test_a_token_that_is_not_good_is_401_and_says_how(new_gateway: NewGateway) -> None:
    """A bad token is refused on public addresses too; the answer says which scheme is taken."""
    async with new_gateway() as gateway, gateway.client("nonsense") as client:
        answer = await client.get("/apps")
        assert (answer.status_code, answer.json()["code"]) == (401, "token-refused")
        assert answer.headers["WWW-Authenticate"].startswith("Bearer")


async def test_an_issuer_that_is_away_is_no_fault_of_the_token(new_gateway: NewGateway) -> None:
    """While the keys can't be had, a token is neither good nor bad: 503, with a time to try again."""
    async with new_gateway() as gateway, gateway.developer() as client:
        gateway.issuer.away = True
        answer = await client.get("/apps")
        assert (answer.status_code, answer.json()["code"], answer.json()["fault"]) == (503, "issuer-away", "dependency")


async def test_streams_are_bounded(new_gateway: NewGateway, monkeypatch: pytest.MonkeyPatch) -> None:
    """When as many listen as this process can serve, the next is 503 with a time to try again."""
    async with new_gateway() as gateway, gateway.client() as client:
        monkeypatch.setattr(Hub, "is_full", property(lambda _: True))
        answer = await client.get("/events")
        assert (answer.status_code, answer.json()["code"]) == (503, "too-many-streams")
        assert answer.headers["Retry-After"] == "2"


async def test_cors_is_open_for_reading(new_gateway: NewGateway) -> None:
    """The OpenAPI document can be read by any site; a change can't be made from one."""
    async with new_gateway() as gateway, gateway.client(Origin="https://elsewhere.example") as client:
        answer = await client.get("/openapi.json")
        assert answer.headers["Access-Control-Allow-Origin"] == "*"
        assert "Access-Control-Allow-Credentials" not in answer.headers
        asked = {"Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
        preflight = await client.options("/deployments", headers=asked)
        assert preflight.status_code == 400


async def test_ids_say_nothing_and_times_end_in_z(new_gateway: NewGateway) -> None:
    """Ids are UUIDs, and every time in an answer is UTC with Z."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await _stock(gateway)
        shown = (await client.get(DEPLOYMENT)).json()
        entries = (await client.get(f"{DEPLOYMENT}/timeline")).json()["items"]
        times = [shown["since"], *(entry["time"] for entry in entries)]
        assert all(time.endswith("Z") for time in times)
        assert [entry["event"] for entry in entries] == [
            "DeploymentRequested",
            "DeploymentApproved",
            "DeploymentStarted",
            "DeploymentSucceeded",
        ]
        assert [entry["gapSeconds"] for entry in entries] == [None, 6.0, 1.0, 1.0]
        assert all(entry["sentence"] for entry in entries)
