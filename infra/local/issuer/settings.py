"""Where the issuer listens and keeps its files. It refuses any address that another machine could reach."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

PEOPLE_FILE = Path(__file__).resolve().parent.parent / "people.yaml"


class NotLoopbackError(ValueError):
    """The address could be reached from elsewhere: demo people must never sign in there."""


@dataclass(frozen=True)
class Settings:
    """What the supervisor of the local stack decides."""

    issuer: str
    """This issuer's own address, as tokens name it: `http://127.0.0.1:<port>`, no path. APPSTORE_ISSUER."""
    public_url: str
    """The gateway's address; its one redirect address follows from it. APPSTORE_PUBLIC_URL."""
    data_dir: Path
    """Signing key, client secrets and refresh tokens. APPSTORE_ISSUER_DATA."""
    web_secret_file: Path
    """Secret of the client `appstore-web`, made if missing. APPSTORE_WEB_CLIENT_SECRET_FILE."""
    people_file: Path = PEOPLE_FILE
    """APPSTORE_PEOPLE_FILE, for tests."""

    @property
    def port(self) -> int:
        """TCP port to listen on, on 127.0.0.1."""
        return urlsplit(self.issuer).port or 80


def read_settings(environment: Mapping[str, str] = os.environ) -> Settings:
    """Read the environment.

    Raises `NotLoopbackError` for an address outside this machine and `KeyError` for a missing variable.
    """
    issuer = environment["APPSTORE_ISSUER"].rstrip("/")
    public_url = environment["APPSTORE_PUBLIC_URL"].rstrip("/")
    _must_be_ours(issuer)
    _must_be_loopback(public_url)
    data_dir = Path(environment["APPSTORE_ISSUER_DATA"])
    return Settings(
        issuer=issuer,
        public_url=public_url,
        data_dir=data_dir,
        web_secret_file=Path(environment.get("APPSTORE_WEB_CLIENT_SECRET_FILE") or data_dir / "appstore-web.secret"),
        people_file=Path(environment.get("APPSTORE_PEOPLE_FILE") or PEOPLE_FILE),
    )


def _must_be_ours(issuer: str) -> None:
    """Require what the issuer binds to: 127.0.0.1, without a path."""
    parts = urlsplit(issuer)
    if parts.scheme != "http" or parts.hostname != "127.0.0.1" or parts.path or parts.query or parts.fragment:
        message = f"the local issuer only runs as http://127.0.0.1:<port>, not as {issuer}"
        raise NotLoopbackError(message)


def _must_be_loopback(url: str) -> None:
    host = urlsplit(url).hostname or ""
    if host == "localhost":
        return
    try:
        loopback = ip_address(host).is_loopback
    except ValueError:
        loopback = False
    if not loopback:
        message = f"the local issuer serves a gateway on this machine only, not {url}"
        raise NotLoopbackError(message)
