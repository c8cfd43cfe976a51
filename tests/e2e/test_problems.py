"""Every refusal is a problem (RFC 9457) that a person can act on, in their language."""

from typing import Any
from uuid import uuid4

import httpx
import pytest

from tests.e2e.person import BASE, Person

pytestmark = [pytest.mark.e2e, pytest.mark.asyncio(loop_scope="session")]

WISH = {"app": "qdrant", "environment": "test", "name": "problems"}


def problem_of(answer: httpx.Response, status: int, code: str) -> dict[str, Any]:
    """The problem in an answer, after a look at what every problem has."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    problem: dict[str, Any] = answer.json()
    assert (problem["status"], problem["code"]) == (status, code)
    assert problem["title"]
    assert problem["detail"]
    assert "{" not in problem["title"] + problem["detail"]
    assert problem["next"]
    assert problem["fault"] in {"you", "app", "platform", "dependency"}
    return problem


async def test_a_body_of_two_megabytes_is_refused(demi: Person) -> None:
    """A body over the limit is answered with 413, whether or not its length was announced."""
    body = b'{"app": "' + b"x" * 2_000_000 + b'"}'
    announced = await demi.send("POST", "/deployments", content=body)
    problem_of(announced, 413, "body-too-large")

    async def in_pieces() -> Any:
        for start in range(0, len(body), 65_536):
            yield body[start : start + 65_536]

    problem_of(await demi.send("POST", "/deployments", content=in_pieces()), 413, "body-too-large")


async def test_an_unknown_version_is_not_found(demi: Person) -> None:
    """A version that the app does not have is answered with 404 and the versions it has."""
    answer = await demi.send("POST", "/deployments", json=WISH | {"version": "9.9.9"})
    problem = problem_of(answer, 404, "unknown-version")
    assert "1.19.0" in problem["detail"]


async def test_a_key_counts_once(demi: Person) -> None:
    """The same Idempotency-Key with the same body is the same operation; with another body it is refused with 422."""
    key = {"Idempotency-Key": str(uuid4())}
    first = await demi.send("POST", "/deployments", json=WISH, headers=key)
    again = await demi.send("POST", "/deployments", json=WISH, headers=key)
    assert first.status_code == again.status_code == 202
    assert first.json()["id"] == again.json()["id"]
    assert first.headers["location"] == f"{BASE}/operations/{first.json()['id']}"
    other = await demi.send("POST", "/deployments", json=WISH | {"environment": "acceptance"}, headers=key)
    problem_of(other, 422, "idempotency-key-reused")


async def test_another_teams_deployment_is_theirs(demi: Person, wout: Person) -> None:
    """Whoever is not in the team may neither see nor remove its deployment, nor follow its operation."""
    accepted = await demi.send("POST", "/deployments", json=WISH | {"name": "private"}, headers={"Prefer": "wait=20"})
    operation = accepted.json()
    deployment = operation["subject"]["deployment"]
    for method, path in (
        ("GET", f"/deployments/{deployment}"),
        ("GET", f"/deployments/{deployment}/timeline"),
        ("DELETE", f"/deployments/{deployment}"),
        ("GET", f"/operations/{operation['id']}"),
    ):
        problem_of(await wout.send(method, path), 403, "other-team")
    listed = await wout.send("GET", "/deployments")
    assert deployment not in listed.text


async def test_somebody_unknown_is_asked_to_sign_in(demi: Person) -> None:
    """Without a token, or with one that is none, the answer is 401 and says how to sign in."""
    async with httpx.AsyncClient() as nobody:
        missing = await nobody.post(f"{demi.address}{BASE}/deployments", json=WISH)
        problem_of(missing, 401, "not-signed-in")
        assert missing.headers["www-authenticate"].startswith("Bearer")
    refused = await demi.send("GET", "/me", headers={"Authorization": "Bearer none.such.token"})
    problem_of(refused, 401, "token-refused")


async def test_a_compliance_officer_may_not_deploy(cato: Person) -> None:
    """A role that does not allow it is told which roles do."""
    problem = problem_of(await cato.send("POST", "/deployments", json=WISH), 403, "not-allowed")
    assert "developer" in problem["detail"]


@pytest.mark.parametrize(
    ("language", "title"), [("nl", "Deze versie bestaat niet"), ("en", "This version does not exist")]
)
async def test_problems_speak_the_language_that_was_asked_for(demi: Person, language: str, title: str) -> None:
    """`Accept-Language` chooses between Dutch and English."""
    answer = await demi.send(
        "POST", "/deployments", json=WISH | {"version": "9.9.9"}, headers={"Accept-Language": f"{language}-NL,fr;q=0.1"}
    )
    assert problem_of(answer, 404, "unknown-version")["title"] == title
    assert answer.headers["content-language"] == language


async def test_what_is_not_json_or_not_right_is_named(demi: Person) -> None:
    """A body that can't be read is a 400; one with wrong fields a 422 that names each field."""
    broken = await demi.send("POST", "/deployments", content=b'{"broken', headers={"Content-Type": "application/json"})
    problem_of(broken, 400, "bad-request")
    wrong = await demi.send("POST", "/deployments", json={"app": "Not A Name", "colour": "red"})
    fields = {error["field"] for error in problem_of(wrong, 422, "invalid-fields")["errors"]}
    assert fields == {"app", "colour"}


async def test_addresses_are_exact(demi: Person) -> None:
    """Every answer names the API's version; an address with a slash at its end is nowhere, and nobody is sent along."""
    apps = await demi.send("GET", "/apps")
    assert (apps.status_code, apps.headers["api-version"]) == (200, "1.0.0")
    for path in ("/apps/", "/apps/qdrant/", "/nowhere"):
        problem_of(await demi.send("GET", path), 404, "no-such-address")
    problem_of(await demi.send("PUT", "/apps"), 405, "method-not-allowed")
