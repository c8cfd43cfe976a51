"""What the tokens say: access tokens as JWT (RFC 9068) and ID tokens (OpenID Connect Core section 2).

Names of people stand in tokens that were asked for with scope `profile`, never in the issuer's log.
"""

import secrets
import time
from typing import Any

from authlib.oauth2.rfc6749 import OAuth2Request
from authlib.oauth2.rfc9068 import JWTBearerTokenGenerator, JWTBearerTokenValidator
from authlib.oidc.core import UserInfo
from authlib.oidc.core.grants import OpenIDCode
from joserfc.jwk import KeySet

from infra.local.issuer.clients import Client
from infra.local.issuer.pending import Code, Pending
from infra.local.issuer.people import DemoPeople, SignIn, team_claims
from infra.local.issuer.signing_key import ALGORITHM

AUDIENCE = "appstore"
ACCESS_SECONDS = 600


class AccessTokens(JWTBearerTokenGenerator):
    """Makes access tokens of ten minutes, with teams and roles, and opaque refresh tokens."""

    def __init__(self, issuer: str, keys: KeySet, people: DemoPeople) -> None:
        super().__init__(issuer, ALGORITHM, _refresh_token, lambda *_: ACCESS_SECONDS)
        self._keys = keys
        self._people = people

    def get_jwks(self) -> KeySet:
        """Return the private key to sign with."""
        return self._keys

    def get_audiences(self, client: Client, user: SignIn | None, scope: str) -> str:  # noqa: ARG002 - Authlib's signature
        """Return the platform, whichever client asked."""
        return AUDIENCE

    def get_auth_time(self, user: SignIn | None) -> int | None:
        """Return when the person gave the password."""
        return user.at if user else None

    def get_extra_claims(
        self,
        client: Client,
        grant_type: str,  # noqa: ARG002 - Authlib's signature
        user: SignIn | None,
        scope: str | None,
    ) -> dict[str, object]:
        """Return teams and roles; for a system also its own opaque id as `sub`."""
        if user is not None:
            claims = {"sid": user.sid, **team_claims(user.person.memberships)}
            return claims | {"name": user.person.name} if "profile" in (scope or "").split() else claims
        system = self._people.system_of(client.client_id)
        if system is None:
            return {}
        return {"sub": system.id, "name": system.name, **team_claims(system.memberships)}


def _refresh_token(**_: object) -> str:
    return secrets.token_urlsafe(48)


class IdTokens(OpenIDCode):
    """Adds the ID token to a token response, for the code flow and, as Authlib allows, for device and refresh."""

    def __init__(self, issuer: str, keys: KeySet, codes: Pending[Code]) -> None:
        super().__init__()
        self._issuer = issuer
        self._keys = keys
        self._codes = codes

    def resolve_client_private_key(self, client: Client) -> KeySet:  # noqa: ARG002 - Authlib's signature
        """Return the private key to sign with."""
        return self._keys

    def get_client_algorithm(self, client: Client) -> str:  # noqa: ARG002 - Authlib's signature
        """Return the one algorithm in use."""
        return ALGORITHM

    def get_client_claims(self, client: Client) -> dict[str, object]:
        """Return who says it, to whom, for how long."""
        now = int(time.time())
        return {"iss": self._issuer, "aud": [client.client_id], "iat": now, "exp": now + ACCESS_SECONDS}

    def exists_nonce(self, nonce: str, request: OAuth2Request) -> bool:
        """Tell whether a code with this client's nonce is still waiting."""
        client_id = request.payload.client_id if request.payload else None
        return any(code.nonce == nonce and code.client_id == client_id for code in self._codes.values())

    def generate_user_info(self, user: SignIn, scope: str) -> UserInfo:
        """Return the person's id, and the name if it was asked for."""
        return user_info(user.person.id, user.person.name, scope)


class UserInfoTokens(JWTBearerTokenValidator):
    """Checks the access token of a userinfo request."""

    def __init__(self, issuer: str, keys: KeySet) -> None:
        super().__init__(issuer=issuer, resource_server=AUDIENCE)
        self._keys = keys

    def get_jwks(self) -> KeySet:
        """Return the keys to check with."""
        return self._keys


def user_info(person_id: str, name: str, scope: str) -> UserInfo:
    """Return the claims about a person that the scope gives a right to (OpenID Connect Core section 5.4)."""
    claims: dict[str, Any] = {"sub": person_id}
    if "profile" in scope.split():
        claims["name"] = name
    return UserInfo(claims)
