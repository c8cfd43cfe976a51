"""What an issuer's token endpoint answers, and the refusals it can give (RFC 6749 section 5)."""

import time
from collections.abc import Mapping
from dataclasses import dataclass, field

import httpx

from appstore_client.problem import Problem, ProblemDetails, Unreachable
from appstore_client.sign_in.discovery import Issuer
from appstore_client.transport import describe

DEFAULT_SECONDS = 300


@dataclass(frozen=True)
class Tokens:
    """The tokens of one person at one issuer; never shown, so not in the representation."""

    access: str = field(repr=False)
    refresh: str | None = field(repr=False)
    expires_at: float
    """Seconds since 1970."""


class SignInRefused(Problem):
    """The issuer says no; `code` is its error."""

    def __init__(self, error: str, description: str | None) -> None:
        payload = {"title": "Sign-in refused", "status": 401, "code": error, "detail": description, "fault": "you"}
        super().__init__(ProblemDetails.read(payload))


async def ask_tokens(http: httpx.AsyncClient, issuer: Issuer, form: Mapping[str, str]) -> Tokens:
    """Return the tokens; raises `SignInRefused` or `Unreachable`."""
    try:
        answer = await http.post(issuer.token, data={"client_id": issuer.client_id, **form})
        found = answer.json()
    except httpx.TransportError as error:
        raise Unreachable(issuer.issuer, describe(error)) from error
    except ValueError as error:
        raise Unreachable(issuer.issuer, f"HTTP {answer.status_code}") from error
    if not answer.is_success or "access_token" not in found:
        raise SignInRefused(str(found.get("error", f"http-{answer.status_code}")), found.get("error_description"))
    seconds = float(found.get("expires_in", DEFAULT_SECONDS))
    return Tokens(found["access_token"], found.get("refresh_token"), time.time() + seconds)
