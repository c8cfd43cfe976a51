"""What the provider's answer must look like before a browser gets a session."""

from collections.abc import Callable
from pathlib import Path

import httpx
import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response

from contracts.identity.events import SignInMethod, SignInRefusal
from services.gateway.identity.attempt import Attempt, new_attempt, read_attempt
from services.gateway.identity.current_person import Identity
from services.gateway.identity.oidc import TokenVerifier
from services.gateway.identity.provider import Provider
from services.gateway.identity.session import Sessions
from services.gateway.identity.sign_ins import SignIns
from services.gateway.identity.web_sign_in import WebSignIn, sign_in_routes
from tests.fakes.identity import (
    ISSUER,
    PERSON,
    DocumentIssuer,
    PeopleInMemory,
    SeenInMemory,
    SessionsInMemory,
    SignInLogInMemory,
    new_key,
    sign,
)

KEY, STRANGER = new_key(), new_key()
GATEWAY = "http://127.0.0.1:8400"
OTHER_PERSON = "019ab000-0000-7000-8000-000000000009"


def id_token(attempt: Attempt, **changed: object) -> str:
    """Return an ID token for this attempt."""
    return sign(KEY, **{"aud": "appstore-web", "nonce": attempt.nonce, **changed})


def answer(id_token: str | None, access_token: str | None = None) -> httpx.Response:
    """Return what a token endpoint says."""
    told = {"access_token": access_token or sign(KEY), "token_type": "Bearer"}
    return httpx.Response(200, json=told | ({"id_token": id_token} if id_token else {}))


def refused_page(request: Request, reason: SignInRefusal) -> Response:  # noqa: ARG001 - a page
    """Answer why not."""
    return PlainTextResponse(reason.value, 400)


class House:
    """The sign-in routes with an issuer that says what the test wants."""

    def __init__(self, folder: Path) -> None:
        self.issuer = DocumentIssuer([KEY])
        self.sessions, self.log = SessionsInMemory(), SignInLogInMemory()
        self.secret_file = folder / "secret"
        self.secret_file.write_text("s")
        people, provider = PeopleInMemory(), Provider(ISSUER, self.issuer.client())
        identity = Identity(
            TokenVerifier(provider),
            Sessions(self.sessions),
            SignIns(self.log, SeenInMemory(), people),
            people,
            GATEWAY,
        )
        self.app = Starlette(routes=sign_in_routes(WebSignIn(identity, provider, self.secret_file, refused_page)))

    async def come_back(self, attempt: Attempt) -> httpx.Response:
        """Return from the provider with a code."""
        async with httpx.AsyncClient(transport=httpx.ASGITransport(self.app)) as browser:
            return await browser.get(
                f"{GATEWAY}/auth/callback",
                params={"state": attempt.state, "code": "c"},
                headers={"Cookie": f"appstore-sign-in={attempt.as_cookie()}"},
            )


@pytest.mark.asyncio
async def test_a_sound_answer_starts_a_session(tmp_path: Path) -> None:
    """An ID token with our nonce and an access token of the same person sign that person in."""
    house, attempt = House(tmp_path), new_attempt("/apps")
    house.issuer.token_answer = answer(id_token(attempt))
    came = await house.come_back(attempt)
    assert (came.status_code, came.headers["location"]) == (303, "/apps")
    assert house.log.came_in == [(PERSON, SignInMethod.WEB)]


@pytest.mark.asyncio
@pytest.mark.parametrize(
    ("make", "reason"),
    [
        pytest.param(lambda a: answer(id_token(a, nonce="other")), SignInRefusal.FORGED, id="other nonce"),
        pytest.param(lambda a: answer(id_token(a, nonce=None)), SignInRefusal.FORGED, id="no nonce"),
        pytest.param(lambda a: answer(id_token(a, sub=OTHER_PERSON)), SignInRefusal.FORGED, id="another person"),
        pytest.param(lambda a: answer(id_token(a, aud="x")), SignInRefusal.OTHER_AUDIENCE, id="other client"),
        pytest.param(lambda a: answer(id_token(a, exp=1)), SignInRefusal.EXPIRED, id="expired"),
        pytest.param(lambda a: answer(id_token(a), sign(STRANGER)), SignInRefusal.FORGED, id="forged access token"),
        pytest.param(lambda _: answer(None), SignInRefusal.DENIED_BY_ISSUER, id="no ID token"),
        pytest.param(lambda _: httpx.Response(200, text="<html>"), SignInRefusal.DENIED_BY_ISSUER, id="not JSON"),
        pytest.param(lambda _: httpx.Response(400, json={}), SignInRefusal.DENIED_BY_ISSUER, id="refused"),
        pytest.param(lambda _: httpx.Response(503), SignInRefusal.ISSUER_AWAY, id="out of order"),
    ],
)
async def test_any_other_answer_starts_none(
    tmp_path: Path,
    make: Callable[[Attempt], httpx.Response],
    reason: SignInRefusal,
) -> None:
    """Whatever does not fit the attempt is refused for a stated reason, and told of."""
    house, attempt = House(tmp_path), new_attempt("/apps")
    house.issuer.token_answer = make(attempt)
    came = await house.come_back(attempt)
    assert (came.status_code, came.text) == (400, reason.value)
    assert house.sessions.kept == {}
    assert house.log.turned_away == [(SignInMethod.WEB, reason)]


@pytest.mark.asyncio
async def test_a_secret_that_is_not_there_yet_is_the_issuers_absence(tmp_path: Path) -> None:
    """Before the issuer's first start there is no secret, and people hear that it is away."""
    house, attempt = House(tmp_path), new_attempt("/apps")
    house.secret_file.unlink()
    assert (await house.come_back(attempt)).text == "issuer-away"


@pytest.mark.asyncio
async def test_a_next_page_changed_in_the_cookie_is_checked_again(tmp_path: Path) -> None:
    """Whoever changes their own cookie is not sent to another site either."""
    house, attempt = House(tmp_path), new_attempt("https://evil.example/")
    house.issuer.token_answer = answer(id_token(attempt))
    assert (await house.come_back(attempt)).headers["location"] == "/"


@pytest.mark.parametrize("cookie", ["", "x", "{}", "e30", "bm90IGpzb24", "eyJzdGF0ZSI6IiJ9", "é", "a" * 5000])
def test_a_cookie_that_is_no_attempt_is_none(cookie: str) -> None:
    """Rubbish in the cookie is the same as no cookie."""
    assert read_attempt(cookie) is None


def test_an_attempt_survives_its_cookie() -> None:
    """What was put in the cookie comes back the same."""
    attempt = new_attempt("/apps?q=één")
    assert read_attempt(attempt.as_cookie()) == attempt
