"""Refresh tokens, kept by hash in the data folder so that a restart signs nobody out.

Each is used once and replaced (RFC 9700 section 4.14.2). One that comes back later was copied: then every token of that
sign-in ends. A short grace lets two commands of the same person refresh at the same moment.
"""

import hashlib
import json
import time
from dataclasses import asdict, dataclass, replace
from pathlib import Path

from authlib.oauth2.rfc6749 import TokenMixin

from infra.local.issuer.clients import Client
from infra.local.issuer.secret_files import write_private

LIFETIME_SECONDS = 7 * 24 * 3600
"""From the sign-in, however often it is refreshed."""
GRACE_SECONDS = 30
MOST_TOKENS = 500


@dataclass(frozen=True)
class RefreshToken(TokenMixin):
    """What a refresh token stands for."""

    hash: str
    client_id: str
    person_id: str
    scope: str
    sid: str
    signed_in_at: int
    used_at: float | None = None

    def check_client(self, client: Client) -> bool:
        """Tell whether it was given to this client."""
        return self.client_id == client.client_id

    def get_scope(self) -> str:
        """Return the granted scope."""
        return self.scope

    def is_over(self, now: float) -> bool:
        """Tell whether its sign-in is too long ago."""
        return self.signed_in_at + LIFETIME_SECONDS <= now


def hash_token(token: str) -> str:
    """Return the SHA-256 under which a token is kept."""
    return hashlib.sha256(token.encode()).hexdigest()


class RefreshTokens:
    """The file of refresh tokens: bounded in number and time."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._tokens: dict[str, RefreshToken] = {}
        if path.exists():
            rows = json.loads(path.read_text(encoding="utf-8"))
            self._tokens = {row["hash"]: RefreshToken(**row) for row in rows}

    def add(self, token: RefreshToken) -> None:
        """Keep a new token."""
        self._tokens[token.hash] = token
        self._write()

    def find(self, token: str) -> RefreshToken | None:
        """Return what the token stands for; a used one ends its whole sign-in."""
        found = self._tokens.get(hash_token(token))
        now = time.time()
        if found is None or found.is_over(now):
            return None
        if found.used_at is not None and found.used_at + GRACE_SECONDS <= now:
            self._end_sign_in(found.sid)
            return None
        return found

    def mark_used(self, token: RefreshToken) -> None:
        """Remember that it was replaced; the first use counts."""
        if token.used_at is None:
            self._tokens[token.hash] = replace(token, used_at=time.time())
            self._write()

    def _end_sign_in(self, sid: str) -> None:
        self._tokens = {key: token for key, token in self._tokens.items() if token.sid != sid}
        self._write()

    def _write(self) -> None:
        now = time.time()
        kept = [token for token in self._tokens.values() if not token.is_over(now)][-MOST_TOKENS:]
        self._tokens = {token.hash: token for token in kept}
        write_private(self._path, json.dumps([asdict(token) for token in kept]))
