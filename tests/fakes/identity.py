"""Identity's ports, kept in memory, and an issuer that is only its two documents."""

import time
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from contracts.identity.events import SignInMethod, SignInRefusal
from services.gateway.identity.session import Session

ISSUER = "https://issuer.example"
AUDIENCE = "appstore"
PERSON = "019ab000-0000-7000-8000-000000000001"
TEAM_DATA = "019ab000-0000-7000-8000-0000000000a1"
TEAM_WEB = "019ab000-0000-7000-8000-0000000000b1"


@dataclass
class SessionsInMemory:
    """A `SessionStore`."""

    kept: dict[str, Session] = field(default_factory=dict)
    writes: int = 0

    async def put(self, session: Session) -> None:
        """Keep or replace."""
        self.writes += 1
        self.kept[session.key] = session

    async def touch(self, session: Session) -> None:
        """Note the newest use, unless the session is gone."""
        self.writes += 1
        if session.key in self.kept:
            self.kept[session.key] = session

    async def get(self, key: str) -> Session | None:
        """Return the session with this hash."""
        return self.kept.get(key)

    async def delete(self, key: str) -> None:
        """Forget it."""
        self.kept.pop(key, None)


@dataclass
class PeopleInMemory:
    """A `People`."""

    names: dict[str, str] = field(default_factory=dict)
    erased: dict[str, datetime] = field(default_factory=dict)

    async def remember(self, person_id: str, name: str) -> None:
        """Keep the name."""
        self.names[person_id] = name

    async def name_of(self, person_id: str) -> str | None:
        """Return the name."""
        return self.names.get(person_id)

    async def erased_at(self, person_id: str) -> datetime | None:
        """Return when somebody was erased."""
        return self.erased.get(person_id)


@dataclass
class SeenInMemory:
    """A `SeenSignIns`."""

    keys: set[str] = field(default_factory=set)

    async def first_use(self, key: str, person: str, until: datetime) -> bool:  # noqa: ARG002 - nothing expires here
        """Return True exactly once."""
        known = key in self.keys
        self.keys.add(key)
        return not known

    async def forget(self, key: str) -> None:
        """Take it back."""
        self.keys.discard(key)


@dataclass
class SignInLogInMemory:
    """A `SignInLog` that can be away."""

    came_in: list[tuple[str, SignInMethod]] = field(default_factory=list)
    turned_away: list[tuple[SignInMethod, SignInRefusal]] = field(default_factory=list)
    away: bool = False

    async def signed_in(self, person_id: str, method: SignInMethod) -> None:
        """Write it down."""
        if self.away:
            raise ConnectionError
        self.came_in.append((person_id, method))

    async def refused(self, method: SignInMethod, reason: SignInRefusal) -> None:
        """Write it down."""
        self.turned_away.append((method, reason))


def new_key() -> ECKey:
    """Make a signing key."""
    return ECKey.generate_key("P-256", private=True, auto_kid=True)


def sign(key: ECKey, **changed: object) -> str:
    """Return an access token as the issuer makes them; `changed` replaces claims, None leaves one out."""
    now = int(time.time())
    claims: dict[str, Any] = {
        "iss": ISSUER,
        "aud": AUDIENCE,
        "sub": PERSON,
        "iat": now,
        "exp": now + 600,
        "jti": "one",
        "sid": "sign-in-1",
        "name": "Demi Demo",
        "teams": [{"id": TEAM_DATA, "slug": "team-data", "roles": ["developer"]}],
        **changed,
    }
    kept = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": "ES256", "typ": "at+jwt"}, kept, KeySet([key]))


@dataclass
class DocumentIssuer:
    """Answers discovery and keys, counts how often, and can be away."""

    keys: list[ECKey]
    asked: list[str] = field(default_factory=list)
    away: bool = False
    named: str = ISSUER
    beside: list[dict[str, str]] = field(default_factory=list)
    """More rows in the key document."""
    token_answer: httpx.Response = field(default_factory=lambda: httpx.Response(400, json={"error": "invalid_grant"}))
    """What the token endpoint says."""

    def client(self) -> httpx.AsyncClient:
        """Return an HTTP client that reaches only this issuer."""
        return httpx.AsyncClient(transport=httpx.MockTransport(self._answer))

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request.url.path)
        if self.away:
            message = "away"
            raise httpx.ConnectError(message)
        if request.url.path == "/token":
            return self.token_answer
        if request.url.path == "/jwks":
            return httpx.Response(
                200,
                json={
                    "keys": [*self.beside, *(key.as_dict(private=False) for key in self.keys)],
                },
            )
        return httpx.Response(
            200,
            json={
                "issuer": self.named,
                "authorization_endpoint": f"{ISSUER}/authorize",
                "token_endpoint": f"{ISSUER}/token",
                "jwks_uri": f"{ISSUER}/jwks",
            },
        )
