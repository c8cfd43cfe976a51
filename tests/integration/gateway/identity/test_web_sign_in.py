"""Signing in and out of the gateway with a browser, against the real issuer."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
import pytest_asyncio
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Route

from contracts.identity.events import SignInMethod, SignInRefusal
from infra.local.issuer.sign_in import fill_in_form, sign_in
from services.gateway.identity.csrf import CrossSiteRequestError
from services.gateway.identity.current_person import Identity, current_person, current_session
from services.gateway.identity.oidc import TokenVerifier
from services.gateway.identity.provider import Provider
from services.gateway.identity.session import Sessions
from services.gateway.identity.sign_ins import SignIns
from services.gateway.identity.web_sign_in import WebSignIn, sign_in_routes
from tests.fakes.identity import PeopleInMemory, SeenInMemory, SessionsInMemory, SignInLogInMemory
from tests.fakes.issuer_process import IssuerProcess

GATEWAY = "http://127.0.0.1:8400"
DEMI = "019ab000-0000-7000-8000-000000000001"


@dataclass
class Gateway:
    """A browser, and what the gateway behind it wrote down."""

    app: Starlette
    browser: httpx.AsyncClient
    log: SignInLogInMemory
    people: PeopleInMemory
    sessions: SessionsInMemory

    async def sign_in(self, next_address: str = "/apps") -> httpx.Response:
        """Sign demi in and return the gateway's answer to the callback."""
        leaving = await self.browser.get(f"{GATEWAY}/auth/sign-in", params={"next": next_address})
        landed = await fill_in_form(self.browser, leaving.headers["location"], "demi", "demo-demi")
        return await self.browser.get(landed)

    async def who(self, **headers: str) -> object:
        """Return who the gateway thinks we are."""
        return (await self.browser.get(f"{GATEWAY}/who", headers=headers)).json()


async def who(request: Request) -> Response:
    """Answer who asks."""
    identity: Identity = request.app.state.identity
    person = await current_person(request, identity)
    session = await current_session(request, identity)
    return JSONResponse(
        {
            "id": person.id if person else None,
            "name": person.name if person else None,
            "teams": [team.slug for team in person.teams()] if person else [],
            "csrf": session.csrf if session else None,
        }
    )


def refused_page(request: Request, reason: SignInRefusal) -> Response:  # noqa: ARG001 - a page
    """Answer why not."""
    return PlainTextResponse(reason.value, 400)


async def cross_site(request: Request, error: Exception) -> Response:  # noqa: ARG001 - a handler
    """Answer 403."""
    return PlainTextResponse("cross-site", 403)


def application(
    issuer_url: str,
    secret_file: Path,
    http: httpx.AsyncClient,
    gateway: Gateway,
    public_url: str = GATEWAY,
) -> Starlette:
    """Return a gateway that is only its sign-in routes and one page."""
    provider = Provider(issuer_url, http)
    identity = Identity(
        TokenVerifier(provider),
        Sessions(gateway.sessions),
        SignIns(gateway.log, SeenInMemory(), gateway.people),
        gateway.people,
        public_url,
    )
    web = WebSignIn(identity, provider, secret_file, refused_page)
    app = Starlette(
        routes=[*sign_in_routes(web), Route("/who", who, methods=["GET", "POST"])],
        exception_handlers={CrossSiteRequestError: cross_site},
    )
    app.state.identity = identity
    return app


def fresh_gateway() -> Gateway:
    """Return a gateway that has written nothing down yet."""
    nothing = Starlette()
    return Gateway(nothing, browser_of(nothing), SignInLogInMemory(), PeopleInMemory(), SessionsInMemory())


def browser_of(app: Starlette) -> httpx.AsyncClient:
    """Return a browser whose requests for the gateway reach this application, and all others the network."""
    return httpx.AsyncClient(trust_env=False, mounts={GATEWAY: httpx.ASGITransport(app)})


@pytest_asyncio.fixture
async def gateway(issuer: IssuerProcess) -> AsyncIterator[Gateway]:
    """Return a gateway with a browser that also reaches the issuer; cookies as in a real one."""
    async with httpx.AsyncClient(trust_env=False) as http:
        made = fresh_gateway()
        made.app = application(issuer.url, issuer.web_secret_file, http, made)
        made.browser = browser_of(made.app)
        async with made.browser:
            yield made


@pytest.mark.asyncio
async def test_a_person_signs_in_and_comes_back_where_they_were(gateway: Gateway) -> None:
    """After the password the browser has a session and is on the page it came from."""
    answer = await gateway.sign_in("/apps?q=chat")
    assert (answer.status_code, answer.headers["location"]) == (303, "/apps?q=chat")
    assert answer.headers["cache-control"] == "no-store"
    about = await gateway.who()
    assert isinstance(about, dict)
    assert (about["id"], about["name"], about["teams"]) == (DEMI, "Demi Demo (developer)", ["team-data"])
    assert gateway.log.came_in == [(DEMI, SignInMethod.WEB)]
    assert gateway.people.names == {DEMI: "Demi Demo (developer)"}


@pytest.mark.asyncio
async def test_the_session_cookie_is_guarded(gateway: Gateway) -> None:
    """Scripts cannot read the cookie, other sites cannot send it, and the attempt's cookie is gone."""
    set_cookies = (await gateway.sign_in()).headers.get_list("set-cookie")
    session = next(one for one in set_cookies if one.startswith("appstore-session="))
    attempt = next(one for one in set_cookies if one.startswith("appstore-sign-in="))
    assert "HttpOnly" in session
    assert "SameSite=lax" in session
    assert "Path=/" in session
    assert "Max-Age=0" in attempt


@pytest.mark.asyncio
async def test_another_site_is_never_the_next_page(gateway: Gateway) -> None:
    """A link that signs people in cannot send them elsewhere afterwards."""
    answer = await gateway.sign_in("//evil.example/")
    assert answer.headers["location"] == "/"


@pytest.mark.asyncio
async def test_the_request_to_the_issuer_has_state_nonce_and_pkce(gateway: Gateway, issuer: IssuerProcess) -> None:
    """Each attempt carries its own state, nonce and S256 challenge."""
    two = [await gateway.browser.get(f"{GATEWAY}/auth/sign-in") for _ in range(2)]
    asked = [parse_qs(urlsplit(one.headers["location"]).query) for one in two]
    assert two[0].headers["location"].startswith(f"{issuer.url}/authorize?")
    assert asked[0]["code_challenge_method"] == ["S256"]
    assert asked[0]["redirect_uri"] == [f"{GATEWAY}/auth/callback"]
    for name in ("state", "nonce", "code_challenge"):
        assert asked[0][name] != asked[1][name]


@pytest.mark.asyncio
@pytest.mark.parametrize("query", ["code=x&state=planted", "code=x", "state=planted", ""])
async def test_an_answer_nobody_asked_for_is_refused(gateway: Gateway, query: str) -> None:
    """A callback without our attempt, or with another state, starts no session."""
    without = await gateway.browser.get(f"{GATEWAY}/auth/callback?{query}")
    await gateway.browser.get(f"{GATEWAY}/auth/sign-in")
    other = await gateway.browser.get(f"{GATEWAY}/auth/callback?{query}")
    assert (without.text, other.text) == ("state-mismatch", "state-mismatch")
    assert gateway.sessions.kept == {}
    assert gateway.log.turned_away == [(SignInMethod.WEB, SignInRefusal.STATE_MISMATCH)] * 2


@pytest.mark.asyncio
async def test_localhost_first_goes_to_the_address_that_gets_the_answer(gateway: Gateway) -> None:
    """Somebody who typed `localhost` signs in at the public address, where the cookie will be sent back to."""
    async with httpx.AsyncClient(transport=httpx.ASGITransport(gateway.app)) as browser:
        answer = await browser.get("http://localhost:8400/auth/sign-in?next=/apps")
    assert answer.headers["location"] == f"{GATEWAY}/auth/sign-in?next=/apps"


@pytest.mark.asyncio
async def test_a_made_up_code_is_refused(gateway: Gateway) -> None:
    """A code the issuer did not give starts no session."""
    leaving = await gateway.browser.get(f"{GATEWAY}/auth/sign-in")
    state = parse_qs(urlsplit(leaving.headers["location"]).query)["state"][0]
    answer = await gateway.browser.get(f"{GATEWAY}/auth/callback", params={"code": "made-up", "state": state})
    assert answer.text == "denied-by-issuer"
    assert gateway.sessions.kept == {}


@pytest.mark.asyncio
async def test_somebody_elses_code_is_refused(gateway: Gateway) -> None:
    """A code from another browser's attempt does not sign this one in: it lacks the verifier."""
    leaving = await gateway.browser.get(f"{GATEWAY}/auth/sign-in")
    landed = await fill_in_form(gateway.browser, leaving.headers["location"], "cato", "demo-cato")
    stolen = parse_qs(urlsplit(landed).query)["code"][0]
    mine = await gateway.browser.get(f"{GATEWAY}/auth/sign-in")
    state = parse_qs(urlsplit(mine.headers["location"]).query)["state"][0]
    answer = await gateway.browser.get(f"{GATEWAY}/auth/callback", params={"code": stolen, "state": state})
    assert answer.text == "denied-by-issuer"


@pytest.mark.asyncio
async def test_a_new_sign_in_gets_a_new_session(gateway: Gateway) -> None:
    """Signing in again replaces the session, so that a planted cookie is worth nothing."""
    await gateway.sign_in()
    first = gateway.browser.cookies["appstore-session"]
    await gateway.sign_in()
    assert gateway.browser.cookies["appstore-session"] != first
    assert len(gateway.sessions.kept) == 1


@pytest.mark.asyncio
async def test_signing_out_takes_the_forms_token(gateway: Gateway) -> None:
    """Only our own form signs somebody out, and then the session is gone."""
    await gateway.sign_in()
    about = await gateway.who()
    assert isinstance(about, dict)
    own = {"Origin": GATEWAY}
    foreign = await gateway.browser.post(
        f"{GATEWAY}/auth/sign-out",
        data={"csrf_token": about["csrf"]},
        headers={"Origin": "https://evil.example"},
    )
    without = await gateway.browser.post(f"{GATEWAY}/auth/sign-out", data={}, headers=own)
    good = await gateway.browser.post(f"{GATEWAY}/auth/sign-out", data={"csrf_token": about["csrf"]}, headers=own)
    assert [answer.status_code for answer in (foreign, without, good)] == [403, 403, 303]
    assert gateway.sessions.kept == {}
    assert "appstore-session" not in gateway.browser.cookies


@pytest.mark.asyncio
async def test_the_command_lines_token_is_known(gateway: Gateway, issuer: IssuerProcess) -> None:
    """A token from the issuer names the same person as the browser's session, and is told of once."""
    tokens = await sign_in(issuer.url, "demi", "demo-demi")
    for _ in range(3):
        about = await gateway.who(Authorization=f"Bearer {tokens.access_token}")
        assert isinstance(about, dict)
        assert about["id"] == DEMI
    assert gateway.log.came_in == [(DEMI, SignInMethod.TOKEN)]


@pytest.mark.asyncio
async def test_an_id_token_is_not_an_access_token(gateway: Gateway, issuer: IssuerProcess) -> None:
    """An ID token is for the client that asked for it; the gateway does not take it."""
    tokens = await sign_in(issuer.url, "demi", "demo-demi")
    verifier = TokenVerifier(Provider(issuer.url, gateway.browser))
    with pytest.raises(Exception, match="other-audience"):
        await verifier.bearer(tokens.id_token or "")


@pytest.mark.asyncio
async def test_an_issuer_that_is_away_is_said_so(tmp_path: Path) -> None:
    """When the issuer does not answer, people hear so, and the gateway goes on."""
    made = fresh_gateway()
    async with httpx.AsyncClient(trust_env=False) as http:
        app = application("http://127.0.0.1:9", tmp_path / "none", http, made)
        async with browser_of(app) as browser:
            answer = await browser.get(f"{GATEWAY}/auth/sign-in")
    assert (answer.status_code, answer.text) == (400, "issuer-away")


@pytest.mark.asyncio
async def test_on_https_cookies_are_bound_to_the_host(issuer: IssuerProcess) -> None:
    """Behind HTTPS the cookie's name has the `__Host-` prefix, and it is only sent over HTTPS."""
    made = fresh_gateway()
    async with httpx.AsyncClient(trust_env=False) as http:
        app = application(issuer.url, issuer.web_secret_file, http, made, public_url="https://store.example")
        async with httpx.AsyncClient(transport=httpx.ASGITransport(app)) as browser:
            answer = await browser.get("https://store.example/auth/sign-in")
    assert answer.headers["set-cookie"].startswith("__Host-appstore-sign-in=")
    assert "Secure" in answer.headers["set-cookie"]
