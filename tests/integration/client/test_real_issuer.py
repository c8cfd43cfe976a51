"""Signing in at the local stack's own issuer, as its real process."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from appstore_client.sign_in.code_flow import sign_in_by_form
from appstore_client.sign_in.device_flow import sign_in_by_device
from appstore_client.sign_in.discovery import Issuer, find_issuer
from appstore_client.sign_in.token_answer import SignInRefused, ask_tokens

from infra.local.issuer.sign_in import approve_device
from tests.fakes.issuer_process import IssuerProcess

GATEWAY = "http://127.0.0.1:1"


@pytest.fixture
def issuer(tmp_path: Path) -> Iterator[IssuerProcess]:
    """The issuer on a free port."""
    with IssuerProcess(tmp_path / "issuer", GATEWAY) as process:
        yield process


async def announced(http: httpx.AsyncClient) -> Issuer:
    """The issuer's endpoints, as a platform that announces it would lead to them."""
    return await find_issuer(http, GATEWAY)


def client(issuer: IssuerProcess) -> httpx.AsyncClient:
    """An httpx client for which the platform announces this issuer."""
    announcement = {"issuer": issuer.url, "clientId": "appstore-cli"}
    platform = httpx.MockTransport(lambda _: httpx.Response(200, json=announcement))
    return httpx.AsyncClient(mounts={GATEWAY: platform})


async def test_name_and_password_give_tokens_that_can_be_renewed(issuer: IssuerProcess) -> None:
    """The code flow through the real form ends with tokens, and the refresh token gives new ones."""
    async with client(issuer) as http:
        found = await announced(http)
        tokens = await sign_in_by_form(http, found, "demi", "demo-demi")
        again = await ask_tokens(http, found, {"grant_type": "refresh_token", "refresh_token": tokens.refresh or ""})
    assert again.access != tokens.access
    assert tokens.access not in repr(tokens)


async def test_a_wrong_password_is_refused(issuer: IssuerProcess) -> None:
    """The real form with a wrong password ends as a refusal."""
    async with client(issuer) as http:
        found = await announced(http)
        with pytest.raises(SignInRefused):
            await sign_in_by_form(http, found, "demi", "wrong")


async def test_a_device_code_gives_tokens_once_approved(issuer: IssuerProcess) -> None:
    """The device flow waits until the person has typed the code at the real page."""
    shown: asyncio.Queue[str] = asyncio.Queue()
    async with client(issuer) as http:
        found = await announced(http)
        signing_in = asyncio.create_task(sign_in_by_device(http, found, lambda one: shown.put_nowait(one.code)))
        await approve_device(issuer.url, await shown.get(), "demi", "demo-demi")
        assert (await signing_in).refresh is not None
