"""Signing in with a browser at the local issuer, over HTTP, with the process that `make up` starts."""

from urllib.parse import parse_qs, urlsplit

import httpx
import pytest
from joserfc import jwt

from infra.local.issuer.sign_in import (
    REDIRECT,
    SignInFailedError,
    new_pkce,
    read_form,
    read_tokens,
    sign_in,
)
from tests.fakes.issuer_process import IssuerProcess
from tests.integration.infra.issuer.steps import authorize_url, code_for, exchange, keys_of

DEMI = "019ab000-0000-7000-8000-000000000001"


@pytest.mark.asyncio
async def test_discovery_names_what_the_issuer_can_do(issuer: IssuerProcess) -> None:
    """Discovery names this issuer, its endpoints, and S256 as the only challenge method."""
    async with httpx.AsyncClient(trust_env=False) as http:
        told = (await http.get(f"{issuer.url}/.well-known/openid-configuration")).json()
        keys = (await http.get(told["jwks_uri"])).json()["keys"]
    assert told["issuer"] == issuer.url
    assert told["code_challenge_methods_supported"] == ["S256"]
    assert told["response_types_supported"] == ["code"]
    assert [key["alg"] for key in keys] == ["ES256"]
    assert all("d" not in key for key in keys)


@pytest.mark.asyncio
async def test_a_person_signs_in_with_code_and_pkce(issuer: IssuerProcess) -> None:
    """Name and password on the page give an access token with the person's id, teams and roles."""
    tokens = await sign_in(issuer.url, "demi", "demo-demi")
    async with httpx.AsyncClient(trust_env=False) as http:
        token = jwt.decode(tokens.access_token, await keys_of(http, issuer), algorithms=["ES256"])
        about = (
            await http.get(
                f"{issuer.url}/userinfo",
                headers={"Authorization": f"Bearer {tokens.access_token}"},
            )
        ).json()
    assert token.header["typ"] == "at+jwt"
    assert {name: token.claims[name] for name in ("iss", "aud", "sub", "client_id", "roles")} == {
        "iss": issuer.url,
        "aud": "appstore",
        "sub": DEMI,
        "client_id": "appstore-cli",
        "roles": ["developer"],
    }
    assert token.claims["exp"] - token.claims["iat"] == 600
    assert [team["slug"] for team in token.claims["teams"]] == ["team-data"]
    assert about == {"sub": DEMI, "name": "Demi Demo (developer)"}


@pytest.mark.asyncio
async def test_the_id_token_is_for_the_client_and_carries_its_nonce(issuer: IssuerProcess) -> None:
    """The ID token names the client as audience and repeats the nonce."""
    pkce = new_pkce()
    async with httpx.AsyncClient(trust_env=False) as http:
        code = await code_for(http, issuer, pkce.challenge, nonce="nonce-1")
        tokens = read_tokens(await http.post(f"{issuer.url}/token", data=exchange(code, pkce.verifier)))
        claims = jwt.decode(tokens.id_token or "", await keys_of(http, issuer), algorithms=["ES256"]).claims
    assert (claims["aud"], claims["nonce"], claims["sub"]) == (["appstore-cli"], "nonce-1", DEMI)


@pytest.mark.asyncio
@pytest.mark.parametrize(("username", "password"), [("demi", "wrong"), ("nobody", "demo-demi"), ("", "")])
async def test_a_wrong_password_signs_nobody_in(issuer: IssuerProcess, username: str, password: str) -> None:
    """A name and password that do not belong together lead nowhere."""
    with pytest.raises(SignInFailedError):
        await sign_in(issuer.url, username, password)


@pytest.mark.asyncio
async def test_a_code_needs_its_verifier_and_works_once(issuer: IssuerProcess) -> None:
    """A stolen code is useless: without the verifier it is refused, and it is used up by trying."""
    pkce = new_pkce()
    async with httpx.AsyncClient(trust_env=False) as http:
        code = await code_for(http, issuer, pkce.challenge)
        wrong = await http.post(f"{issuer.url}/token", data=exchange(code, new_pkce().verifier))
        again = await http.post(f"{issuer.url}/token", data=exchange(code, pkce.verifier))
        fresh = await code_for(http, issuer, pkce.challenge)
        good = await http.post(f"{issuer.url}/token", data=exchange(fresh, pkce.verifier))
        twice = await http.post(f"{issuer.url}/token", data=exchange(fresh, pkce.verifier))
    assert [answer.status_code for answer in (wrong, again, good, twice)] == [400, 400, 200, 400]
    assert wrong.json()["error"] == "invalid_grant"


@pytest.mark.asyncio
async def test_a_code_is_bound_to_its_client_and_address(issuer: IssuerProcess) -> None:
    """Another redirect address than the one asked for gets no token."""
    pkce = new_pkce()
    async with httpx.AsyncClient(trust_env=False) as http:
        code = await code_for(http, issuer, pkce.challenge)
        answer = await http.post(
            f"{issuer.url}/token",
            data=exchange(
                code,
                pkce.verifier,
                redirect_uri="http://127.0.0.1:1/callback",
            ),
        )
    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": "https://evil.example/callback"},
        {"redirect_uri": "http://127.0.0.1:8765/callback/more"},
        {"redirect_uri": "http://127.0.0.1:8765@evil.example/callback"},
        {"redirect_uri": "http://localhost:8765/callback"},
        {"redirect_uri": None},
        {"client_id": "unknown"},
        {"client_id": "appstore-web"},
        {"client_id": "appstore-web", "redirect_uri": "http://127.0.0.1:8400/auth/callback?x=1"},
    ],
)
async def test_nobody_is_sent_to_an_unknown_address(issuer: IssuerProcess, changed: dict[str, str | None]) -> None:
    """When client or address is not exactly registered, the error stays on this page."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(authorize_url(issuer, **changed))
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.asyncio
@pytest.mark.parametrize(
    "changed",
    [
        {"code_challenge": None, "code_challenge_method": None},
        {"code_challenge_method": "plain"},
        {"code_challenge_method": None},
        {"response_type": "token"},
        {"scope": "openid everything"},
        {"prompt": "none"},
    ],
)
async def test_the_client_hears_what_is_wrong(issuer: IssuerProcess, changed: dict[str, str | None]) -> None:
    """A request without S256, or for what does not exist, goes back to the client as an error with its state."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(authorize_url(issuer, **changed))
    told = parse_qs(urlsplit(answer.headers["location"]).query)
    assert answer.headers["location"].startswith(REDIRECT)
    assert "code" not in told
    assert told["error"][0] in ("invalid_request", "unsupported_response_type", "invalid_scope", "login_required")
    assert told["state"] == ["s"]


@pytest.mark.asyncio
async def test_somebody_can_cancel(issuer: IssuerProcess) -> None:
    """The cancel button tells the client that access was denied."""
    async with httpx.AsyncClient(trust_env=False) as http:
        page = authorize_url(issuer)
        form = read_form(await http.get(page))
        answer = await http.post(f"{issuer.url}{form.action}", data={**form.hidden, "decision": "refuse"})
    assert parse_qs(urlsplit(answer.headers["location"]).query)["error"] == ["access_denied"]


@pytest.mark.asyncio
@pytest.mark.parametrize("path", ["/authorize", "/device"])
async def test_a_form_from_elsewhere_is_refused(issuer: IssuerProcess, path: str) -> None:
    """A post without the page's own token, or from another origin, signs nobody in."""
    page = authorize_url(issuer) if path == "/authorize" else f"{issuer.url}/device"
    fields = {"username": "demi", "password": "demo-demi", "decision": "approve"}
    async with httpx.AsyncClient(trust_env=False) as http:
        without = await http.post(page, data=fields)
        form = read_form(await http.get(page))
        foreign = await http.post(page, data={**fields, **form.hidden}, headers={"Origin": "https://evil.example"})
    assert (without.status_code, foreign.status_code) == (403, 403)


@pytest.mark.asyncio
async def test_the_page_speaks_two_languages_and_guards_itself(issuer: IssuerProcess) -> None:
    """The page is Dutch or English as asked, says that it is a demo, and allows no script and no frame."""
    async with httpx.AsyncClient(trust_env=False) as http:
        dutch = await http.get(authorize_url(issuer), headers={"Accept-Language": "nl-NL,nl;q=0.9,en;q=0.5"})
        english = await http.get(authorize_url(issuer), headers={"Accept-Language": "en-GB,nl;q=0.1"})
        style = await http.get(f"{issuer.url}/page.css")
    assert '<html lang="nl">' in dutch.text
    assert "lokale demo-login" in dutch.text
    assert '<html lang="en">' in english.text
    assert "local demo login" in english.text
    assert "<script" not in dutch.text
    policy = dutch.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "frame-ancestors 'none'" in policy
    assert f"form-action 'self' {REDIRECT.removesuffix('/callback')};" in policy
    assert dutch.headers["cache-control"] == "no-store"
    assert style.headers["content-type"].startswith("text/css")


@pytest.mark.asyncio
async def test_what_is_typed_comes_back_escaped(issuer: IssuerProcess) -> None:
    """A code in the address cannot put markup on the page."""
    async with httpx.AsyncClient(trust_env=False) as http:
        page = await http.get(f"{issuer.url}/device", params={"user_code": '"><b>x'})
    assert "<b>x" not in page.text
