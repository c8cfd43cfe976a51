"""The local issuer's flows, over HTTP, with the process that `make up` starts."""

import asyncio
import subprocess
import sys
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
import pytest
from joserfc import jwt
from joserfc.jwk import KeySet

from infra.local.issuer.sign_in import (
    REDIRECT,
    SignInFailedError,
    approve_device,
    fill_in_form,
    new_pkce,
    read_form,
    read_tokens,
    sign_in,
)
from tests.fakes.issuer_process import IssuerProcess

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"
DEMI = "019ab000-0000-7000-8000-000000000001"


def authorize_url(issuer: IssuerProcess, **changed: str | None) -> str:
    """Return a sound authorization request of the command line; `changed` replaces parts, None leaves one out."""
    parts = {
        "response_type": "code", "client_id": "appstore-cli", "redirect_uri": REDIRECT, "scope": "openid profile",
        "state": "s", "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM", "code_challenge_method": "S256",
        **changed,
    }
    return f"{issuer.url}/authorize?{urlencode({name: value for name, value in parts.items() if value is not None})}"


async def keys_of(http: httpx.AsyncClient, issuer: IssuerProcess) -> KeySet:
    """Return the issuer's public keys."""
    return KeySet.import_key_set((await http.get(f"{issuer.url}/jwks")).json())


async def code_for(http: httpx.AsyncClient, issuer: IssuerProcess, challenge: str, nonce: str = "n") -> str:
    """Return an authorization code of the person demi."""
    landed = await fill_in_form(
        http, authorize_url(issuer, code_challenge=challenge, nonce=nonce), "demi", "demo-demi",
    )
    return parse_qs(urlsplit(landed).query)["code"][0]


def exchange(code: str, verifier: str, **changed: str) -> dict[str, str]:
    """Return a token request for a code."""
    return {
        "grant_type": "authorization_code", "client_id": "appstore-cli", "redirect_uri": REDIRECT, "code": code,
        "code_verifier": verifier, **changed,
    }


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
        about = (await http.get(
            f"{issuer.url}/userinfo", headers={"Authorization": f"Bearer {tokens.access_token}"},
        )).json()
    assert token.header["typ"] == "at+jwt"
    assert {name: token.claims[name] for name in ("iss", "aud", "sub", "client_id", "roles")} == {
        "iss": issuer.url, "aud": "appstore", "sub": DEMI, "client_id": "appstore-cli", "roles": ["developer"],
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
        answer = await http.post(f"{issuer.url}/token", data=exchange(
            code, pkce.verifier, redirect_uri="http://127.0.0.1:1/callback",
        ))
    assert answer.json()["error"] == "invalid_grant"


@pytest.mark.asyncio
@pytest.mark.parametrize("changed", [
    {"redirect_uri": "https://evil.example/callback"},
    {"redirect_uri": "http://127.0.0.1:8765/callback/more"},
    {"redirect_uri": "http://127.0.0.1:8765@evil.example/callback"},
    {"redirect_uri": "http://localhost:8765/callback"},
    {"redirect_uri": None},
    {"client_id": "unknown"},
    {"client_id": "appstore-web"},
    {"client_id": "appstore-web", "redirect_uri": "http://127.0.0.1:8400/auth/callback?x=1"},
])
async def test_nobody_is_sent_to_an_unknown_address(issuer: IssuerProcess, changed: dict[str, str | None]) -> None:
    """When client or address is not exactly registered, the error stays on this page."""
    async with httpx.AsyncClient(trust_env=False) as http:
        answer = await http.get(authorize_url(issuer, **changed))
    assert answer.status_code == 400
    assert "location" not in answer.headers


@pytest.mark.asyncio
@pytest.mark.parametrize("changed", [
    {"code_challenge": None, "code_challenge_method": None},
    {"code_challenge_method": "plain"},
    {"code_challenge_method": None},
    {"response_type": "token"},
    {"scope": "openid everything"},
    {"prompt": "none"},
])
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


async def start_device(http: httpx.AsyncClient, issuer: IssuerProcess) -> dict[str, str]:
    """Begin the device flow."""
    answer = await http.post(
        f"{issuer.url}/device_authorization", data={"client_id": "appstore-cli", "scope": "openid profile"},
    )
    begun: dict[str, str] = answer.json()
    return begun


async def poll(http: httpx.AsyncClient, issuer: IssuerProcess, begun: dict[str, str]) -> httpx.Response:
    """Ask once whether somebody approved."""
    return await http.post(f"{issuer.url}/token", data={
        "grant_type": DEVICE, "client_id": "appstore-cli", "device_code": begun["device_code"],
    })


@pytest.mark.asyncio
async def test_a_device_waits_until_a_person_approves_it(issuer: IssuerProcess) -> None:
    """The program polls in vain, a person types the code, and the next poll gives that person's tokens, once."""
    async with httpx.AsyncClient(trust_env=False) as http:
        begun = await start_device(http, issuer)
        waiting, hasty = await poll(http, issuer, begun), await poll(http, issuer, begun)
        await approve_device(issuer.url, begun["user_code"].lower().replace("-", " "), "cato", "demo-cato")
        tokens = read_tokens(await poll(http, issuer, begun))
        again = await poll(http, issuer, begun)
        claims = jwt.decode(tokens.access_token, await keys_of(http, issuer), algorithms=["ES256"]).claims
    assert waiting.json()["error"] == "authorization_pending"
    assert hasty.json()["error"] == "slow_down"
    assert claims["roles"] == ["compliance-officer"]
    assert again.status_code == 400


@pytest.mark.asyncio
async def test_a_person_can_refuse_a_device(issuer: IssuerProcess) -> None:
    """A refused code gives the program an end, not a wait; and it cannot be approved after all."""
    async with httpx.AsyncClient(trust_env=False) as http:
        begun = await start_device(http, issuer)
        await approve_device(issuer.url, begun["user_code"], "cato", "demo-cato", approve=False)
        answer = await poll(http, issuer, begun)
        with pytest.raises(SignInFailedError):
            await approve_device(issuer.url, begun["user_code"], "cato", "demo-cato")
    assert answer.json()["error"] == "access_denied"


@pytest.mark.asyncio
async def test_an_unknown_user_code_is_refused(issuer: IssuerProcess) -> None:
    """A code that nobody was given approves nothing."""
    with pytest.raises(SignInFailedError):
        await approve_device(issuer.url, "AAAA-AAAA", "cato", "demo-cato")


@pytest.mark.asyncio
async def test_a_system_signs_in_with_its_own_secret(issuer: IssuerProcess) -> None:
    """A program gets a token as itself, with roles of its own; a wrong secret gets nothing."""
    secret = (issuer.data / "appstore-demo-system.secret").read_text()
    asked = {"grant_type": "client_credentials"}
    async with httpx.AsyncClient(trust_env=False) as http:
        good = await http.post(f"{issuer.url}/token", data=asked, auth=("appstore-demo-system", secret))
        bad = await http.post(f"{issuer.url}/token", data=asked, auth=("appstore-demo-system", "guess"))
        public = await http.post(f"{issuer.url}/token", data={**asked, "client_id": "appstore-cli"})
        claims = jwt.decode(good.json()["access_token"], await keys_of(http, issuer), algorithms=["ES256"]).claims
    assert (claims["client_id"], claims["roles"]) == ("appstore-demo-system", ["devops"])
    assert "refresh_token" not in good.json()
    assert (bad.status_code, bad.json()["error"]) == (401, "invalid_client")
    assert public.status_code == 401


async def refresh(http: httpx.AsyncClient, issuer: IssuerProcess, token: str | None) -> httpx.Response:
    """Ask for new tokens."""
    return await http.post(f"{issuer.url}/token", data={
        "grant_type": "refresh_token", "client_id": "appstore-cli", "refresh_token": token or "",
    })


@pytest.mark.asyncio
async def test_a_refreshed_token_is_the_same_sign_in(issuer: IssuerProcess) -> None:
    """A refresh gives a new access token of the same sign-in, and another refresh token."""
    tokens = await sign_in(issuer.url, "wout", "demo-wout")
    async with httpx.AsyncClient(trust_env=False) as http:
        newer = read_tokens(await refresh(http, issuer, tokens.refresh_token))
        keys = await keys_of(http, issuer)
        both = [jwt.decode(one.access_token, keys, algorithms=["ES256"]).claims for one in (tokens, newer)]
        nonsense = await refresh(http, issuer, "nonsense")
    assert both[0]["sid"] == both[1]["sid"]
    assert both[0]["jti"] != both[1]["jti"]
    assert newer.refresh_token != tokens.refresh_token
    assert nonsense.json()["error"] == "invalid_grant"


@pytest.mark.asyncio
async def test_bodies_are_bounded(issuer: IssuerProcess) -> None:
    """A large body, another kind of body and very many fields are refused, and the issuer goes on."""
    async with httpx.AsyncClient(trust_env=False) as http:
        large = await http.post(f"{issuer.url}/token", data={"grant_type": "x" * 50_000})
        other = await http.post(f"{issuer.url}/token", json={"grant_type": "client_credentials"})
        many = await http.post(f"{issuer.url}/token", data={f"f{number}": "1" for number in range(100)})
        alive = await http.get(f"{issuer.url}/ready")
    assert [answer.status_code for answer in (large, other, many, alive)] == [413, 415, 400, 200]


@pytest.mark.asyncio
async def test_many_people_sign_in_at_once(issuer: IssuerProcess) -> None:
    """Sign-ins that run beside each other do not mix up."""
    async def one(username: str) -> str:
        tokens = await sign_in(issuer.url, username, f"demo-{username}")
        async with httpx.AsyncClient(trust_env=False) as http:
            answer = await http.get(
                f"{issuer.url}/userinfo", headers={"Authorization": f"Bearer {tokens.access_token}"},
            )
        return str(answer.json()["name"]).split()[0].lower()

    usernames = ["demi", "cato", "wout"] * 3
    assert await asyncio.gather(*(one(username) for username in usernames)) == usernames


@pytest.mark.asyncio
async def test_a_restart_signs_nobody_out(tmp_path: Path) -> None:
    """Keys, secrets and refresh tokens outlive the process, in files that only this user can read."""
    with IssuerProcess(tmp_path, "http://127.0.0.1:8400") as first:
        tokens = await sign_in(first.url, "demi", "demo-demi")
        secret = first.web_secret_file.read_text()
        assert first.stop() == 0
    with IssuerProcess(tmp_path, "http://127.0.0.1:8400", first.port) as second:
        async with httpx.AsyncClient(trust_env=False) as http:
            keys = await keys_of(http, second)
            again = await refresh(http, second, tokens.refresh_token)
    assert jwt.decode(tokens.access_token, keys, algorithms=["ES256"]).claims["sub"] == DEMI
    assert again.status_code == 200
    assert second.web_secret_file.read_text() == secret
    assert second.file_modes() == {0o600}


@pytest.mark.parametrize("changed", [
    {"APPSTORE_ISSUER": "http://10.0.0.1:8401"},
    {"APPSTORE_ISSUER": "https://login.example"},
    {"APPSTORE_ISSUER": "http://127.0.0.1:8401@login.example"},
    {"APPSTORE_ISSUER": "http://0.0.0.0:8401"},
    {"APPSTORE_PUBLIC_URL": "https://store.example"},
])
def test_it_refuses_to_run_for_others(tmp_path: Path, changed: dict[str, str]) -> None:
    """For an address that another machine could reach it says so and does not start."""
    never = IssuerProcess(tmp_path, "http://127.0.0.1:8400")
    done = subprocess.run(
        [sys.executable, "-m", "infra.local.issuer"], env=never.environment(**changed), capture_output=True,
        text=True, timeout=20, check=False,
    )
    assert done.returncode == 78
    assert "issuer:" in done.stderr
    assert not list(tmp_path.iterdir())
