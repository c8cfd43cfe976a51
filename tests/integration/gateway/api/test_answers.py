"""What an accepted request answers, who finds its operation again, and how lists, streams and times look."""

from collections.abc import Callable
from contextlib import AbstractAsyncContextManager
from datetime import datetime
from typing import Any

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


async def test_an_accepted_request_says_where_to_look(new_gateway: NewGateway) -> None:
    """202 has the operation, its address in `Location`, and times in UTC with Z."""
    async with new_gateway() as gateway, gateway.developer() as client:
        await gateway.stock()
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
        await gateway.stock()
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
        await gateway.stock()
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
        await gateway.stock()
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
        await gateway.stock()
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
        await gateway.stock()
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
        await gateway.stock()
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
