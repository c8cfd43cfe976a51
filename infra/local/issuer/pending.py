"""What is half done: authorization codes not yet exchanged and device codes not yet approved.

In memory only: they live for minutes, and a restart of the local stack may ask people to begin again.
"""

import time
from collections import OrderedDict
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from authlib.oauth2.rfc8628 import DeviceCredentialMixin
from authlib.oidc.core import AuthorizationCodeMixin

from infra.local.issuer.people import SignIn

CODE_SECONDS = 60
DEVICE_SECONDS = 600
MOST_PENDING = 1000
"""More than this at once and the oldest is forgotten, so that nobody can fill the memory."""


class _Expires(Protocol):
    @property
    def expires_at(self) -> float: ...


T = TypeVar("T", bound=_Expires)


class Pending(Generic[T]):
    """Values by key, bounded in number, each with its own end."""

    def __init__(self) -> None:
        self._values: OrderedDict[str, T] = OrderedDict()

    def put(self, key: str, value: T) -> None:
        """Keep a value, or replace it."""
        self._values[key] = value
        while len(self._values) > MOST_PENDING:
            self._values.popitem(last=False)

    def get(self, key: str) -> T | None:
        """Return the value if it has not expired."""
        value = self._values.get(key)
        return value if value is not None and value.expires_at > time.time() else None

    def pop(self, key: str) -> T | None:
        """Return the value if it has not expired, and forget it: what is used once cannot be used twice."""
        value = self.get(key)
        self._values.pop(key, None)
        return value

    def values(self) -> tuple[T, ...]:
        """Return what has not expired."""
        now = time.time()
        return tuple(value for value in self._values.values() if value.expires_at > now)


@dataclass(frozen=True)
class Code(AuthorizationCodeMixin):
    """An authorization code's meaning (RFC 6749 section 4.1.2), bound to its PKCE challenge."""

    code: str
    client_id: str
    redirect_uri: str
    scope: str
    nonce: str | None
    code_challenge: str
    code_challenge_method: str
    sign_in: SignIn
    expires_at: float

    def get_redirect_uri(self) -> str:
        """Return the address the code was sent to."""
        return self.redirect_uri

    def get_scope(self) -> str:
        """Return the granted scope."""
        return self.scope

    def get_nonce(self) -> str | None:
        """Return the client's nonce, for the ID token."""
        return self.nonce

    def get_auth_time(self) -> int:
        """Return when the password was given, in seconds since the epoch."""
        return self.sign_in.at

    def get_acr(self) -> str:
        """Return nothing: the demo login claims no level of assurance."""
        return ""

    def get_amr(self) -> list[str]:
        """Return how: by password (RFC 8176)."""
        return ["pwd"]


@dataclass(frozen=True)
class Device(DeviceCredentialMixin):
    """A device code's meaning (RFC 8628): waiting, approved by somebody, or refused."""

    device_code: str
    user_code: str
    client_id: str
    scope: str
    expires_at: float
    sign_in: SignIn | None = None
    refused: bool = False
    polled_at: float = 0.0

    def get_client_id(self) -> str:
        """Return who asked."""
        return self.client_id

    def get_scope(self) -> str:
        """Return the asked scope."""
        return self.scope

    def get_user_code(self) -> str:
        """Return the code that the person types."""
        return self.user_code

    def is_expired(self) -> bool:
        """Tell whether it is too late."""
        return self.expires_at <= time.time()
