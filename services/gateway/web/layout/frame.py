"""What every page needs beside its own view: assets, the reader, the other language, and what keeps it live.

Before it: the gateway's web routes, which fill it from the request. After it: `layout.html`.
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True)
class AssetUrls:
    """Where this build's stylesheet, script and icon are (from `assets.Assets.urls`)."""

    stylesheet: str
    script: str
    icon: str


@dataclass(frozen=True)
class SignedInPerson:
    """Who reads; names come from the gateway's own people, never from events."""

    name: str
    teams: tuple[str, ...]
    sign_out_url: str
    csrf_token: str


@dataclass(frozen=True)
class Frame:
    """The bar above, the line below, and the files of a page."""

    assets: AssetUrls
    other_language_url: str
    """This page with `?lang=` of the other language."""
    current: Literal["apps"] | None = None
    person: SignedInPerson | None = None
    sign_in_url: str | None = None
    api_url: str | None = None


@dataclass(frozen=True)
class Live:
    """A stream of server-sent events; at each one the page reads itself again."""

    url: str
    events: tuple[str, ...] = ()
    """Names in the stream's `event:` field that matter; unnamed messages and `reset` always do."""
