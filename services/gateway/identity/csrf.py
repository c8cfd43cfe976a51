"""Keeps other sites from acting with somebody's cookie.

Two locks: what changes something must come from our own origin (for every request by cookie), and a form must carry its
session's token. A bearer token needs neither: no browser adds it by itself.
"""

import re
import secrets
from urllib.parse import urlsplit

from starlette.requests import Request

from services.gateway.identity.session import Session

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
CSRF_FIELD = "csrf_token"
CSRF_HEADER = "X-CSRF-Token"
_PORT = re.compile(r":[0-9]{1,5}\Z")


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
        came_from_us = _is_ours(origin, request.headers.get("host", ""), public_url)
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


def _is_ours(origin: str, host: str, public_url: str) -> bool:
    """Whether a page of ours sent this: at the public address, or at the very port of the public host that got it.

    A replica has a port of its own there. A page cannot choose the Host its request carries, so another port's page and
    another name that leads here are told apart; the scheme stays the public one.
    """
    ours = urlsplit(public_url)
    if origin == origin_of(public_url):
        return True
    return origin == f"{ours.scheme}://{host}" and _PORT.sub("", host) == _PORT.sub("", ours.netloc)
