"""Keeps other sites from acting with somebody's cookie.

Two locks: what changes something must come from our own origin (for every request by cookie), and a form must carry its
session's token. A bearer token needs neither: no browser adds it by itself.
"""

import secrets
from urllib.parse import urlsplit

from starlette.requests import Request

from services.gateway.identity.session import Session

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"


class CrossSiteRequestError(Exception):
    """A request by cookie that may have been made by another site."""


def origin_of(url: str) -> str:
    """Return scheme, host and port, as a browser writes an Origin (RFC 6454 section 6.2)."""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


def check_token(session: Session, token: str) -> bool:
    """Tell whether this is the token that the session's forms carry."""
    return secrets.compare_digest(session.csrf.encode(), token.encode())


def must_be_same_site(request: Request, session: Session, public_url: str) -> None:
    """Let reads pass; anything else must come from our origin, or show the session's token in a header.

    Raises `CrossSiteRequestError`.
    """
    if request.method in SAFE_METHODS:
        return
    origin = request.headers.get("origin")
    if origin is not None:
        came_from_us = origin == origin_of(public_url)
    else:
        came_from_us = request.headers.get("sec-fetch-site") == "same-origin" or check_token(
            session,
            request.headers.get(CSRF_HEADER, ""),
        )
    if not came_from_us:
        raise CrossSiteRequestError


def must_carry_token(session: Session, token: str) -> None:
    """Require a form's token. Raises `CrossSiteRequestError`."""
    if not check_token(session, token):
        raise CrossSiteRequestError
