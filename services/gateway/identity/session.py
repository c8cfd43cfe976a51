"""Web sessions: an opaque cookie in the browser, everything else on the server.

Only the hash of the cookie is stored, so that a copy of the database signs nobody in. A session ends after two hours
without use and after twelve hours whatever happens (OWASP Session Management, idle and absolute timeout).
"""

import hashlib
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Protocol

from services.gateway.identity.person import Person

IDLE = timedelta(hours=2)
ABSOLUTE = timedelta(hours=12)
TOUCH_EVERY = timedelta(minutes=1)
"""Use is written down at most this often, so that reading a page is not a write."""
LONGEST_COOKIE = 100
"""Characters; ours have 43."""


@dataclass(frozen=True)
class Session:
    """One browser of one person. The person's name is not in it."""

    key: str
    """SHA-256 of the cookie, in hex."""
    person: Person
    csrf: str
    """What forms of this session carry."""
    started_at: datetime
    seen_at: datetime

    @property
    def ends_at(self) -> datetime:
        """When it ends if it is not used again."""
        return min(self.seen_at + IDLE, self.started_at + ABSOLUTE)


class SessionStore(Protocol):
    """Sessions by the hash of their cookie."""

    async def put(self, session: Session) -> None:
        """Keep or replace."""

    async def touch(self, session: Session) -> None:
        """Note the newest use, unless the session is gone: what was ended or erased meanwhile stays so."""

    async def get(self, key: str) -> Session | None:
        """Return the session with this hash."""

    async def delete(self, key: str) -> None:
        """Forget it; no error if it is not there."""


def utc_now() -> datetime:
    """Return the time, in UTC."""
    return datetime.now(UTC)


def hash_cookie(cookie: str) -> str:
    """Return the key under which a cookie's session is kept."""
    return hashlib.sha256(cookie.encode()).hexdigest()


class Sessions:
    """Starts, reads and ends sessions."""

    def __init__(self, store: SessionStore, now: Callable[[], datetime] = utc_now) -> None:
        self._store = store
        self._now = now

    async def start(self, person: Person) -> tuple[str, Session]:
        """Begin a session; returns the cookie's value and the session. Always a new id, so none can be planted."""
        cookie, now = secrets.token_urlsafe(32), self._now()
        nameless = Person(person.id, person.memberships)
        session = Session(hash_cookie(cookie), nameless, secrets.token_urlsafe(32), now, now)
        await self._store.put(session)
        return cookie, session

    async def read(self, cookie: str) -> Session | None:
        """Return the session if it has not ended, and note that it was used."""
        if not cookie or len(cookie) > LONGEST_COOKIE:
            return None
        session = await self._store.get(hash_cookie(cookie))
        now = self._now()
        if session is None:
            return None
        if session.ends_at <= now:
            await self._store.delete(session.key)
            return None
        if now - session.seen_at >= TOUCH_EVERY:
            session = replace(session, seen_at=now)
            await self._store.touch(session)
        return session

    async def end(self, cookie: str) -> None:
        """Forget the session of this cookie."""
        if cookie and len(cookie) <= LONGEST_COOKIE:
            await self._store.delete(hash_cookie(cookie))


@dataclass(frozen=True)
class CookieRules:
    """How cookies are set at this address: `__Host-` binds one to this very host, and needs HTTPS (RFC 6265bis)."""

    secure: bool

    def name(self, plain: str) -> str:
        """Return the name the browser sees."""
        return f"__Host-{plain}" if self.secure else plain


SESSION_COOKIE = "appstore-session"
