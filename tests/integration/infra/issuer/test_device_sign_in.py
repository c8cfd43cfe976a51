"""Signing in on a device without a browser: the local issuer's device flow, over HTTP."""

import httpx
import pytest
from joserfc import jwt

from infra.local.issuer.sign_in import (
    SignInFailedError,
    approve_device,
    read_tokens,
)
from tests.fakes.issuer_process import IssuerProcess
from tests.integration.infra.issuer.steps import keys_of

DEVICE = "urn:ietf:params:oauth:grant-type:device_code"


async def start_device(http: httpx.AsyncClient, issuer: IssuerProcess) -> dict[str, str]:
    """Begin the device flow."""
    answer = await http.post(
        f"{issuer.url}/device_authorization",
        data={"client_id": "appstore-cli", "scope": "openid profile"},
    )
    begun: dict[str, str] = answer.json()
    return begun


async def poll(http: httpx.AsyncClient, issuer: IssuerProcess, begun: dict[str, str]) -> httpx.Response:
    """Ask once whether somebody approved."""
    return await http.post(
        f"{issuer.url}/token",
        data={
            "grant_type": DEVICE,
            "client_id": "appstore-cli",
            "device_code": begun["device_code"],
        },
    )


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
