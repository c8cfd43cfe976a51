"""Signs in with a code that the person types in a browser, on this machine or another (RFC 8628)."""

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass

import httpx

from appstore_client.problem import Unreachable
from appstore_client.sign_in.discovery import Issuer
from appstore_client.sign_in.token_answer import SignInRefused, Tokens, ask_tokens
from appstore_client.transport import describe

SCOPE = "openid profile"
GRANT = "urn:ietf:params:oauth:grant-type:device_code"
DEFAULT_INTERVAL = 5.0
SLOWER = 5.0
"""Seconds added when the issuer asks for it (section 3.5)."""


@dataclass(frozen=True)
class Invitation:
    """What the person must do."""

    address: str
    code: str
    complete_address: str | None
    seconds: float


async def sign_in_by_device(http: httpx.AsyncClient, issuer: Issuer, show: Callable[[Invitation], None]) -> Tokens:
    """Show the invitation, then wait until the person has followed it; raises `SignInRefused` or `Unreachable`."""
    if issuer.device is None:
        raise SignInRefused("unsupported_grant_type", f"{issuer.issuer} has no device flow")
    try:
        answer = await http.post(issuer.device, data={"client_id": issuer.client_id, "scope": SCOPE})
        started = answer.raise_for_status().json()
    except httpx.TransportError as error:
        raise Unreachable(issuer.issuer, describe(error)) from error
    except (httpx.HTTPStatusError, ValueError) as error:
        raise Unreachable(issuer.issuer, f"HTTP {answer.status_code}") from error
    seconds = float(started.get("expires_in", 600))
    show(
        Invitation(
            started["verification_uri"],
            started["user_code"],
            started.get("verification_uri_complete"),
            seconds,
        )
    )
    interval = float(started.get("interval", DEFAULT_INTERVAL))
    return await _wait(http, issuer, started["device_code"], interval, time.monotonic() + seconds)


async def _wait(http: httpx.AsyncClient, issuer: Issuer, device_code: str, interval: float, deadline: float) -> Tokens:
    while time.monotonic() < deadline:
        await asyncio.sleep(interval)
        try:
            return await ask_tokens(http, issuer, {"grant_type": GRANT, "device_code": device_code})
        except SignInRefused as refused:
            if refused.code == "slow_down":
                interval += SLOWER
            elif refused.code != "authorization_pending":
                raise
    raise SignInRefused("expired_token", None)
