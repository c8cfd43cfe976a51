"""What identity needs from elsewhere: `store.py` keeps the first two, the gateway wires the sign-in log to its ledger.

The port for sessions, `SessionStore`, stands beside what it keeps in `session.py`.
"""

from datetime import datetime
from typing import Protocol

from contracts.identity.events import SignInMethod, SignInRefusal


class SeenSignIns(Protocol):
    """Which sign-ins by token were already told of."""

    async def first_use(self, key: str, person: str, until: datetime) -> bool:
        """Remember whose key it is until then; True exactly once, also with several replicas."""

    async def forget(self, key: str) -> None:
        """Take it back, when it could not be told of."""


class People(Protocol):
    """The only place of people's names."""

    async def remember(self, person_id: str, name: str) -> None:
        """Keep the name a person has now."""

    async def name_of(self, person_id: str) -> str | None:
        """Return the name; None for somebody unknown or erased."""

    async def erased_at(self, person_id: str) -> datetime | None:
        """Return when somebody was erased; None when never."""


class SignInLog(Protocol):
    """Where sign-ins become events."""

    async def signed_in(self, person_id: str, method: SignInMethod) -> None:
        """Somebody came in."""

    async def refused(self, method: SignInMethod, reason: SignInRefusal) -> None:
        """Somebody did not."""
