"""Where the transport gets its access token from: whoever signs in decides how it is kept and renewed."""

from dataclasses import dataclass, field
from typing import Protocol


class TokenSource(Protocol):
    """Gives the access token of one address."""

    async def access_token(self, *, renew: bool = False) -> str | None:
        """Return a token, or None when nobody is signed in; with `renew` the last one was refused."""


@dataclass(frozen=True)
class FixedToken:
    """A token somebody else takes care of, a CI system for example."""

    token: str = field(repr=False)

    async def access_token(self, *, renew: bool = False) -> str | None:
        """Return the token, which cannot be renewed."""
        return None if renew else self.token
