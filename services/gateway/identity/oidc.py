"""Checks tokens and reads the person out of them (RFC 9068 section 4, RFC 8725)."""

import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from joserfc import jwt
from joserfc.errors import ExpiredTokenError, InvalidClaimError, InvalidKeyIdError, JoseError
from joserfc.jwk import KeySet

from contracts.identifiers import UUID_PATTERN
from contracts.identity.events import SignInRefusal
from contracts.people import Role
from services.gateway.identity.person import Membership, Person
from services.gateway.identity.provider import IssuerAwayError, Provider

ALGORITHMS = ("ES256", "PS256", "RS256")
"""Public-key signatures only: with `none` or HMAC whoever knows the public key could sign."""
LEEWAY_SECONDS = 30
"""How far the provider's clock may be from ours."""
LONGEST_TOKEN = 16_384
MOST_TEAMS = 100
LONGEST_NAME = 200
ROLES = {role.value: role for role in Role}


class TokenRefusedError(Exception):
    """A token that signs nobody in."""

    def __init__(self, reason: SignInRefusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@dataclass(frozen=True)
class Bearer:
    """Who holds a token, and which sign-in it belongs to."""

    person: Person
    subject: str
    """The person as the provider calls them (`sub`)."""
    sign_in: str
    """The provider's session (`sid`), else this token (`jti`): the same for as long as one sign-in lasts."""
    issued_at: datetime


class TokenVerifier:
    """Checks access tokens for this platform, and ID tokens for its web client."""

    def __init__(self, provider: Provider, audience: str = "appstore") -> None:
        self._provider = provider
        self.audience = audience
        """What our access tokens name as `aud`."""

    async def bearer(self, token: str) -> Bearer:
        """Return who holds this access token. Raises `TokenRefusedError`."""
        claims = await self.claims(token, self.audience)
        sign_in = claims.get("sid") or claims.get("jti")
        if not isinstance(sign_in, str):
            raise TokenRefusedError(SignInRefusal.FORGED)
        issued_at = datetime.fromtimestamp(claims["iat"], UTC)
        return Bearer(_person(claims, self._provider.issuer), claims["sub"], sign_in, issued_at)

    async def claims(self, token: str, audience: str) -> dict[str, Any]:
        """Return the claims of a token made by our issuer for this audience. Raises `TokenRefusedError`."""
        if len(token) > LONGEST_TOKEN:
            raise TokenRefusedError(SignInRefusal.FORGED)
        try:
            decoded = await self._decode(token)
            self._rules(audience).validate(decoded.claims)
        except IssuerAwayError as error:
            raise TokenRefusedError(SignInRefusal.ISSUER_AWAY) from error
        except (JoseError, ValueError) as error:
            raise TokenRefusedError(_reason(error)) from error
        return decoded.claims

    async def _decode(self, token: str) -> jwt.Token:
        try:
            return _decode_with(await self._provider.keys(), token)
        except InvalidKeyIdError:
            return _decode_with(await self._provider.newer_keys(), token)

    def _rules(self, audience: str) -> jwt.JWTClaimsRegistry:
        return jwt.JWTClaimsRegistry(
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": self._provider.issuer},
            aud={"essential": True, "value": audience},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
        )


def _decode_with(keys: KeySet, token: str) -> jwt.Token:
    return jwt.decode(token, keys, algorithms=list(ALGORITHMS))


def _reason(error: Exception) -> SignInRefusal:
    """Return what to tell: a token outside its time, one meant for somebody else, or one not made by our issuer."""
    if isinstance(error, ExpiredTokenError):
        return SignInRefusal.EXPIRED
    if isinstance(error, InvalidClaimError) and error.claim == "aud":
        return SignInRefusal.OTHER_AUDIENCE
    if isinstance(error, InvalidClaimError) and error.claim == "nbf":
        return SignInRefusal.EXPIRED
    return SignInRefusal.FORGED


def _person(claims: dict[str, Any], issuer: str) -> Person:
    name = claims.get("name")
    return Person(
        id=person_id(issuer, claims["sub"]),
        memberships=_memberships(claims.get("teams", [])),
        name=name[:LONGEST_NAME] if isinstance(name, str) and name.strip() else None,
    )


def person_id(issuer: str, subject: str) -> str:
    """Return the opaque id of a subject: itself if it is a UUID, else the UUIDv5 that follows from it (RFC 9562)."""
    if re.fullmatch(UUID_PATTERN, subject):
        return subject
    return str(uuid.uuid5(uuid.NAMESPACE_URL, f"{issuer}#{subject}"))


def _memberships(teams: object) -> tuple[Membership, ...]:
    """Read the claim `teams`; roles this version does not know are left out. Raises `TokenRefusedError`."""
    if not isinstance(teams, list) or len(teams) > MOST_TEAMS:
        raise TokenRefusedError(SignInRefusal.FORGED)
    return tuple(_membership(team) for team in teams)


def _membership(team: object) -> Membership:
    match team:
        case {"id": str(team_id), "slug": str(slug), "roles": list(roles)} if re.fullmatch(UUID_PATTERN, team_id):
            known = frozenset(ROLES[role] for role in roles if isinstance(role, str) and role in ROLES)
            return Membership(team_id, slug, known)
        case _:
            raise TokenRefusedError(SignInRefusal.FORGED)
