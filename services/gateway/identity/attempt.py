"""One attempt to sign in, kept in the browser's own cookie between leaving for the provider and coming back.

It needs no signature: `state` must come back from the provider, the code only works with the verifier, the ID token
must carry the nonce, and `next` is checked again. Whoever changes the cookie only spoils their own attempt.
"""

import base64
import hashlib
import json
import secrets
from dataclasses import asdict, dataclass

ATTEMPT_COOKIE = "appstore-sign-in"
ATTEMPT_SECONDS = 600
LONGEST_COOKIE = 4000


@dataclass(frozen=True)
class Attempt:
    """What has to match when the browser comes back."""

    state: str
    nonce: str
    verifier: str
    """PKCE (RFC 7636)."""
    next: str
    """Path on this site."""

    @property
    def challenge(self) -> str:
        """The S256 challenge of the verifier."""
        digest = hashlib.sha256(self.verifier.encode()).digest()
        return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()

    def has_state(self, state: str) -> bool:
        """Tell whether the answer belongs to this attempt."""
        return secrets.compare_digest(self.state.encode(), state.encode())

    def as_cookie(self) -> str:
        """Return it as characters a cookie may hold."""
        return base64.urlsafe_b64encode(json.dumps(asdict(self)).encode()).rstrip(b"=").decode()


def new_attempt(next_address: str) -> Attempt:
    """Begin; each value is 256 bits."""
    return Attempt(secrets.token_urlsafe(32), secrets.token_urlsafe(32), secrets.token_urlsafe(32), next_address)


def read_attempt(cookie: str) -> Attempt | None:
    """Return the attempt in a cookie; None if there is none that can be read."""
    if not cookie or len(cookie) > LONGEST_COOKIE:
        return None
    try:
        fields = json.loads(base64.urlsafe_b64decode(cookie + "=" * (-len(cookie) % 4)))
    except ValueError:
        return None
    match fields:
        case {"state": str(state), "nonce": str(nonce), "verifier": str(verifier), "next": str(address)} if state:
            return Attempt(state, nonce, verifier, address)
        case _:
            return None
