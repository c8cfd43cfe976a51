"""The page where a person signs in, and the code that follows (OpenID Connect Core section 3.1.2)."""

import secrets
import time
from urllib.parse import urlsplit

from authlib.oauth2 import OAuth2Error
from starlette.requests import Request
from starlette.responses import Response

from infra.local.issuer.form import comes_from_our_page, read_form, read_query, sent
from infra.local.issuer.page import draw
from infra.local.issuer.people import SignIn
from infra.local.issuer.server import Issuer


async def show_sign_in(request: Request) -> Response:
    """Answer the form, once the client's request is sound."""
    issuer = issuer_of(request)
    try:
        grant = issuer.consent_grant(sent(request, read_query(request)))
    except OAuth2Error as error:
        return _refuse(request, issuer, error)
    return _form(request, grant.redirect_uri)


async def give_code(request: Request) -> Response:
    """Send the browser back with a code if name and password belong together, with a refusal if the person cancels."""
    issuer = issuer_of(request)
    fields = await read_form(request)
    if not comes_from_our_page(request, fields, issuer.issuer):
        return draw(request, "message.html", status=403, message="foreign_form")
    try:
        grant = issuer.consent_grant(sent(request, read_query(request)))
    except OAuth2Error as error:
        return _refuse(request, issuer, error)
    sign_in = sign_in_from(issuer, fields)
    if fields.get("decision", [""])[-1] != "refuse" and sign_in is None:
        return _form(request, grant.redirect_uri, wrong="wrong", status=400, username=fields.get("username", [""])[-1])
    granted = None if fields.get("decision", [""])[-1] == "refuse" else sign_in
    answer = issuer.create_authorization_response(grant.request, grant_user=granted, grant=grant)
    return answer if isinstance(answer, Response) else Response(status_code=500)


def issuer_of(request: Request) -> Issuer:
    """Return the one issuer of this process."""
    issuer: Issuer = request.app.state.issuer
    return issuer


def sign_in_from(issuer: Issuer, fields: dict[str, list[str]]) -> SignIn | None:
    """Return the sign-in that a form's name and password give a right to."""
    person = issuer.people.with_password(fields.get("username", [""])[-1].strip(), fields.get("password", [""])[-1])
    return SignIn(person, secrets.token_urlsafe(16), int(time.time())) if person else None


def _form(
    request: Request,
    redirect_uri: str,
    *,
    wrong: str = "",
    status: int = 200,
    username: str = "",
) -> Response:
    parts = urlsplit(redirect_uri)
    return draw(
        request,
        "sign_in.html",
        status=status,
        wrong=wrong,
        form_may_lead_to=f"{parts.scheme}://{parts.netloc}",
        action=f"/authorize?{request.url.query}",
        username=username[:40],
    )


def _refuse(request: Request, issuer: Issuer, error: OAuth2Error) -> Response:
    """Tell the client if its address is known to be its own, else only the person (RFC 6749 section 4.1.2.1)."""
    if error.redirect_uri:
        return issuer.handle_response(*error())
    detail = ": ".join(part for part in (error.error, error.description) if part)
    return draw(request, "message.html", status=400, message="bad_request", detail=detail)
