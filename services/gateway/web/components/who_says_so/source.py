"""Who says that a fact is so, and since when; nothing on the app page stands without it.

Before it: evidence (its assurance: verified, attested, declared). After it: `who_says_so.html`.
"""

from dataclasses import dataclass
from datetime import date
from typing import Literal

SourceKind = Literal["measured", "attested", "declared", "catalog", "unknown"]


@dataclass(frozen=True)
class Source:
    """The origin of one fact."""

    kind: SourceKind
    """Measured here (verified), attested by a named body, declared by the maker, from the catalog, or not said yet."""
    what: str | None = None
    """What was measured or who signed, in the reader's language."""
    day: date | None = None
    href: str | None = None
    """Where the evidence can be read; only http(s) and paths of our own become a link."""


UNKNOWN = Source("unknown")
