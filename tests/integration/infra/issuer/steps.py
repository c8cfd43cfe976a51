"""Single requests to the issuer, of which the flows in the tests are made."""

from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from joserfc.jwk import KeySet

from infra.local.issuer.sign_in import (
    REDIRECT,
    fill_in_form,
)
from tests.fakes.issuer_process import IssuerProcess


def authorize_url(issuer: IssuerProcess, **changed: str | None) -> str:
    """Return a sound authorization request of the command line; `changed` replaces parts, None leaves one out."""
    parts = {
        "response_type": "code",
        "client_id": "appstore-cli",
        "redirect_uri": REDIRECT,
        "scope": "openid profile",
        "state": "s",
        "code_challenge": "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM",
        "code_challenge_method": "S256",
        **changed,
    }
    return f"{issuer.url}/authorize?{urlencode({name: value for name, value in parts.items() if value is not None})}"


async def keys_of(http: httpx.AsyncClient, issuer: IssuerProcess) -> KeySet:
    """Return the issuer's public keys."""
    return KeySet.import_key_set((await http.get(f"{issuer.url}/jwks")).json())


async def code_for(http: httpx.AsyncClient, issuer: IssuerProcess, challenge: str, nonce: str = "n") -> str:
    """Return an authorization code of the person demi."""
    landed = await fill_in_form(
        http,
        authorize_url(issuer, code_challenge=challenge, nonce=nonce),
        "demi",
        "demo-demi",
    )
    return parse_qs(urlsplit(landed).query)["code"][0]


def exchange(code: str, verifier: str, **changed: str) -> dict[str, str]:
    """Return a token request for a code."""
    return {
        "grant_type": "authorization_code",
        "client_id": "appstore-cli",
        "redirect_uri": REDIRECT,
        "code": code,
        "code_verifier": verifier,
        **changed,
    }
