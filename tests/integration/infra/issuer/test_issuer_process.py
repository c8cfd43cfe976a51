"""What the issuer's process does beside people signing in: systems, refreshed tokens, bounds, restarts."""

import asyncio
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from joserfc import jwt

from infra.local.issuer.sign_in import (
    read_tokens,
    sign_in,
)
from tests.fakes.issuer_process import IssuerProcess
from tests.integration.infra.issuer.steps import keys_of

DEMI = "019ab000-0000-7000-8000-000000000001"


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
    return await http.post(
        f"{issuer.url}/token",
        data={
            "grant_type": "refresh_token",
            "client_id": "appstore-cli",
            "refresh_token": token or "",
        },
    )


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
                f"{issuer.url}/userinfo",
                headers={"Authorization": f"Bearer {tokens.access_token}"},
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


@pytest.mark.parametrize(
    "changed",
    [
        {"APPSTORE_ISSUER": "http://10.0.0.1:8401"},
        {"APPSTORE_ISSUER": "https://login.example"},
        {"APPSTORE_ISSUER": "http://127.0.0.1:8401@login.example"},
        {"APPSTORE_ISSUER": "http://0.0.0.0:8401"},
        {"APPSTORE_PUBLIC_URL": "https://store.example"},
    ],
)
def test_it_refuses_to_run_for_others(tmp_path: Path, changed: dict[str, str]) -> None:
    """For an address that another machine could reach it says so and does not start."""
    never = IssuerProcess(tmp_path, "http://127.0.0.1:8400")
    done = subprocess.run(
        [sys.executable, "-m", "infra.local.issuer"],
        env=never.environment(**changed),
        capture_output=True,
        text=True,
        timeout=20,
        check=False,
    )
    assert done.returncode == 78
    assert "issuer:" in done.stderr
    assert not list(tmp_path.iterdir())
