"""Signing in and out with a browser: code + PKCE, state and nonce (OpenID Connect Core section 3.1, RFC 9700).

`/auth/sign-in` sends the browser to the provider and leaves an attempt in a cookie of ten minutes; `/auth/callback`
takes it up and starts a session; `/auth/sign-out` ends it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from contracts.identity.events import SignInMethod, SignInRefusal
from services.gateway.identity.attempt import ATTEMPT_COOKIE, ATTEMPT_SECONDS, Attempt, new_attempt, read_attempt
from services.gateway.identity.csrf import CSRF_FIELD, must_be_same_site, must_carry_token
from services.gateway.identity.current_person import Identity, current_session
from services.gateway.identity.next_address import safe_next
from services.gateway.identity.oidc import TokenRefusedError
from services.gateway.identity.person import Person
from services.gateway.identity.provider import IssuerAwayError, Provider
from services.gateway.identity.session import ABSOLUTE, SESSION_COOKIE

LARGEST_FORM = 4096
"""Bytes of the sign-out form."""

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})

RefusedPage = Callable[[Request, SignInRefusal], Response]


@dataclass(frozen=True)
class WebSignIn:
    """The web client of the provider, and the page for when it does not work out."""

    identity: Identity
    provider: Provider
    secret_file: Path
    """Read at each sign-in, so that the issuer may start later and the secret may change."""
    refused_page: RefusedPage
    client_id: str = "appstore-web"

    @property
    def callback(self) -> str:
        """The one redirect address the provider knows."""
        return f"{self.identity.public_url}/auth/callback"


def sign_in_routes(web: WebSignIn) -> list[Route]:
    """Return the three routes, for the gateway's application."""

    async def sign_in(request: Request) -> Response:
        return await begin(request, web)

    async def callback(request: Request) -> Response:
        return await finish(request, web)

    async def sign_out(request: Request) -> Response:
        return await leave(request, web)

    return [
        Route("/auth/sign-in", sign_in, methods=["GET"]),
        Route("/auth/callback", callback, methods=["GET"]),
        Route("/auth/sign-out", sign_out, methods=["POST"]),
    ]


async def begin(request: Request, web: WebSignIn) -> Response:
    """Send the browser to the provider."""
    if _is_other_name_for_here(request.url.netloc, web.identity.public_url):
        return RedirectResponse(f"{web.identity.public_url}/auth/sign-in?{request.url.query}", 303)
    try:
        endpoints = await web.provider.endpoints()
    except IssuerAwayError:
        return await _refused(request, web, SignInRefusal.ISSUER_AWAY)
    attempt = new_attempt(safe_next(request.query_params.get("next", "/")))
    query = urlencode(
        {
            "response_type": "code",
            "client_id": web.client_id,
            "redirect_uri": web.callback,
            "scope": "openid profile",
            "state": attempt.state,
            "nonce": attempt.nonce,
            "code_challenge": attempt.challenge,
            "code_challenge_method": "S256",
        }
    )
    response = RedirectResponse(f"{endpoints.authorization}?{query}", 303)
    _set_cookie(response, web, ATTEMPT_COOKIE, attempt.as_cookie(), ATTEMPT_SECONDS)
    return _uncached(response)


async def finish(request: Request, web: WebSignIn) -> Response:
    """Take the provider's answer: a code becomes tokens, tokens a person, a person a session."""
    attempt = read_attempt(request.cookies.get(web.identity.cookies.name(ATTEMPT_COOKIE), ""))
    if attempt is None or not attempt.has_state(request.query_params.get("state", "")):
        return await _refused(request, web, SignInRefusal.STATE_MISMATCH)
    code = request.query_params.get("code", "")
    if not code:
        return await _refused(request, web, SignInRefusal.DENIED_BY_ISSUER)
    try:
        person = await _exchange(web, code, attempt)
    except IssuerAwayError:
        return await _refused(request, web, SignInRefusal.ISSUER_AWAY)
    except TokenRefusedError as error:
        return await _refused(request, web, error.reason)
    await web.identity.sign_ins.by_web(person)
    await web.identity.sessions.end(request.cookies.get(web.identity.cookies.name(SESSION_COOKIE), ""))
    cookie, _ = await web.identity.sessions.start(person)
    response = RedirectResponse(safe_next(attempt.next), 303)
    _set_cookie(response, web, SESSION_COOKIE, cookie, int(ABSOLUTE.total_seconds()))
    _drop_cookie(response, web, ATTEMPT_COOKIE)
    return _uncached(response)


async def leave(request: Request, web: WebSignIn) -> Response:
    """End the session. Raises `CrossSiteRequestError` when the form is not this session's."""
    session = await current_session(request, web.identity)
    if session is not None:
        must_be_same_site(request, session, web.identity.public_url)
        must_carry_token(session, await _form_token(request))
        await web.identity.sessions.end(request.cookies[web.identity.cookies.name(SESSION_COOKIE)])
    response = RedirectResponse("/", 303)
    _drop_cookie(response, web, SESSION_COOKIE)
    return _uncached(response)


async def _exchange(web: WebSignIn, code: str, attempt: Attempt) -> Person:
    """Return the person. Raises `IssuerAwayError` or `TokenRefusedError`."""
    endpoints = await web.provider.endpoints()
    try:
        secret = web.secret_file.read_text(encoding="utf-8").strip()
    except OSError as error:
        message = "the web client has no secret yet"
        raise IssuerAwayError(message) from error
    answer = await web.provider.post_form(
        endpoints.token,
        {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": web.callback,
            "code_verifier": attempt.verifier,
        },
        (web.client_id, secret),
    )
    if answer.is_server_error:
        raise IssuerAwayError(str(answer.status_code))
    access_token, id_token = _read_tokens(answer)
    about = await web.identity.verifier.claims(id_token, web.client_id)
    bearer = await web.identity.verifier.bearer(access_token)
    if about.get("nonce") != attempt.nonce or about["sub"] != bearer.subject:
        raise TokenRefusedError(SignInRefusal.FORGED)
    return bearer.person


def _read_tokens(answer: httpx.Response) -> tuple[str, str]:
    """Return access token and ID token; an answer without both is a refusal."""
    try:
        fields = answer.json() if answer.is_success else None
    except ValueError:
        fields = None
    match fields:
        case {"access_token": str(access_token), "id_token": str(id_token)}:
            return access_token, id_token
        case _:
            raise TokenRefusedError(SignInRefusal.DENIED_BY_ISSUER)


async def _form_token(request: Request) -> str:
    body = bytearray()
    async for part in request.stream():
        body += part
        if len(body) > LARGEST_FORM:
            return ""
    return parse_qs(body.decode("utf-8", "replace"), max_num_fields=20).get(CSRF_FIELD, [""])[-1]


def _is_other_name_for_here(host: str, public_url: str) -> bool:
    """Tell `localhost` from `127.0.0.1`: a cookie set at one is not sent to the other, so the way back would fail."""
    asked, ours = urlsplit(f"//{host}"), urlsplit(public_url)
    return (
        asked.hostname in LOOPBACK_NAMES
        and ours.hostname in LOOPBACK_NAMES
        and asked.port == ours.port
        and asked.hostname != ours.hostname
    )


async def _refused(request: Request, web: WebSignIn, reason: SignInRefusal) -> Response:
    await web.identity.sign_ins.refused(SignInMethod.WEB, reason)
    response = web.refused_page(request, reason)
    _drop_cookie(response, web, ATTEMPT_COOKIE)
    return _uncached(response)


def _set_cookie(response: Response, web: WebSignIn, name: str, value: str, seconds: int) -> None:
    rules = web.identity.cookies
    response.set_cookie(
        rules.name(name),
        value,
        max_age=seconds,
        path="/",
        secure=rules.secure,
        httponly=True,
        samesite="lax",
    )


def _drop_cookie(response: Response, web: WebSignIn, name: str) -> None:
    rules = web.identity.cookies
    response.delete_cookie(rules.name(name), path="/", secure=rules.secure, httponly=True, samesite="lax")


def _uncached(response: Response) -> Response:
    response.headers["Cache-Control"] = "no-store"
    return response
