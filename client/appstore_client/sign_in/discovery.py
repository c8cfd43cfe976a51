"""Where to sign in: the platform names its issuer, the issuer names its endpoints (OpenID Connect Discovery)."""

from dataclasses import dataclass
from typing import Any

import httpx

from appstore_client.problem import Unreachable
from appstore_client.transport import checked_address, describe


@dataclass(frozen=True)
class Issuer:
    """The endpoints of one issuer, and the name this program has there."""

    issuer: str
    client_id: str
    authorize: str
    token: str
    device: str | None
    revoke: str | None


async def find_issuer(http: httpx.AsyncClient, address: str) -> Issuer:
    """Return the issuer of the platform at `address`.

    Raises:
        Unreachable: one of the two documents could not be read.
        ValueError: the issuer's document is another issuer's, or tokens could be read on the way.
    """
    announced = await _read(http, f"{checked_address(address)}/.well-known/appstore")
    issuer = str(announced["issuer"])
    found = await _read(http, f"{checked_address(issuer)}/.well-known/openid-configuration")
    if found.get("issuer") != issuer:
        message = f"{issuer} shows the document of another issuer"
        raise ValueError(message)
    return Issuer(
        issuer=issuer,
        client_id=str(announced["clientId"]),
        authorize=checked_address(found["authorization_endpoint"]),
        token=checked_address(found["token_endpoint"]),
        device=found.get("device_authorization_endpoint"),
        revoke=found.get("revocation_endpoint"),
    )


async def _read(http: httpx.AsyncClient, url: str) -> dict[str, Any]:
    try:
        answer = await http.get(url, headers={"Accept": "application/json"})
    except httpx.TransportError as error:
        raise Unreachable(url, describe(error)) from error
    try:
        answer.raise_for_status()
        found = answer.json()
    except (httpx.HTTPStatusError, ValueError) as error:
        raise Unreachable(url, f"HTTP {answer.status_code}") from error
    if not isinstance(found, dict):
        raise Unreachable(url, "not a JSON object")
    return found
