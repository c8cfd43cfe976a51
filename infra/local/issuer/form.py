"""Reads the fields of a form or a query, bounded in size and number, and guards the pages against forged posts."""

import secrets
from urllib.parse import parse_qs

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from infra.local.issuer.server import Sent

MOST_BYTES = 16_384
MOST_FIELDS = 40
CSRF_COOKIE = "appstore_issuer_form"
CSRF_FIELD = "form_token"


async def read_form(request: Request) -> dict[str, list[str]]:
    """Return the posted fields; raises 413 or 415."""
    if not request.headers.get("content-type", "").startswith("application/x-www-form-urlencoded"):
        raise HTTPException(415, "Send a form")
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > MOST_BYTES:
            raise HTTPException(413, f"A form has at most {MOST_BYTES} bytes")
    return _fields(body.decode("utf-8", "replace"))


def read_query(request: Request) -> dict[str, list[str]]:
    """Return the fields of the address; raises 400 when there are too many."""
    return _fields(request.url.query)


def _fields(text: str) -> dict[str, list[str]]:
    try:
        return parse_qs(text, max_num_fields=MOST_FIELDS)
    except ValueError as error:
        raise HTTPException(400, f"At most {MOST_FIELDS} fields") from error


def sent(request: Request, parameters: dict[str, list[str]]) -> Sent:
    """Return the request as the issuer takes it."""
    return Sent(request.method, str(request.url), request.headers, parameters)


def form_token(request: Request) -> str:
    """Return the token of this browser; a page puts it in its form and `keep_form_token` in a cookie."""
    known = request.cookies.get(CSRF_COOKIE, "")
    return known if len(known) == len(secrets.token_urlsafe(32)) else secrets.token_urlsafe(32)


def keep_form_token(response: Response, token: str) -> None:
    """Set the cookie that the posted token must equal; another site cannot post with it."""
    response.set_cookie(CSRF_COOKIE, token, max_age=3600, path="/", httponly=True, samesite="lax")


def comes_from_our_page(request: Request, fields: dict[str, list[str]], issuer: str) -> bool:
    """Tell whether a post came from a page of this issuer: token equal to the cookie, and no foreign Origin."""
    cookie, field = request.cookies.get(CSRF_COOKIE, ""), fields.get(CSRF_FIELD, [""])[-1]
    origin = request.headers.get("origin")
    return bool(cookie) and secrets.compare_digest(cookie.encode(), field.encode()) and origin in (None, issuer)
