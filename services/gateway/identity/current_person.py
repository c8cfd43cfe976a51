"""Who is asking: the one function between a request and a person. It knows HTTP; nothing behind it does."""

from dataclasses import dataclass, replace

from starlette.requests import Request

from contracts.identity.events import SignInMethod, SignInRefusal
from services.gateway.identity.csrf import must_be_same_site
from services.gateway.identity.oidc import Bearer, TokenRefusedError, TokenVerifier
from services.gateway.identity.person import Person
from services.gateway.identity.ports import People
from services.gateway.identity.session import SESSION_COOKIE, CookieRules, Session, Sessions
from services.gateway.identity.sign_ins import SignIns


@dataclass(frozen=True)
class Identity:
    """Everything that knows who somebody is; one per gateway, in `app.state.identity`."""

    verifier: TokenVerifier
    sessions: Sessions
    sign_ins: SignIns
    people: People
    public_url: str
    """The gateway's own address, as browsers see it."""

    @property
    def cookies(self) -> CookieRules:
        """How cookies are set at this address."""
        return CookieRules(secure=self.public_url.startswith("https://"))


async def current_person(request: Request, identity: Identity) -> Person | None:
    """Return who asks, by bearer token or else by session cookie; None for somebody who did not sign in.

    Raises `TokenRefusedError` for a token that is not good, and `CrossSiteRequestError` for a change by cookie that
    another site may have made.
    """
    token = bearer_token(request)
    if token is not None:
        return await _by_token(token, identity)
    session = await current_session(request, identity)
    if session is None:
        return None
    must_be_same_site(request, session, identity.public_url)
    return replace(session.person, name=await identity.people.name_of(session.person.id))


async def current_session(request: Request, identity: Identity) -> Session | None:
    """Return the browser's session, for pages that put its token in their forms."""
    return await identity.sessions.read(request.cookies.get(identity.cookies.name(SESSION_COOKIE), ""))


def bearer_token(request: Request) -> str | None:
    """Return the token of the Authorization header (RFC 6750 section 2.1); None when another scheme or none is used."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else None


async def _by_token(token: str, identity: Identity) -> Person:
    try:
        bearer = await identity.verifier.bearer(token)
        await _must_be_newer_than_an_erasure(bearer, identity.people)
    except TokenRefusedError as error:
        await identity.sign_ins.refused(SignInMethod.TOKEN, error.reason)
        raise
    await identity.sign_ins.by_token(bearer)
    return bearer.person


async def _must_be_newer_than_an_erasure(bearer: Bearer, people: People) -> None:
    """Refuse a token from before its holder was erased: only a new sign-in may bring their name back."""
    erased_at = await people.erased_at(bearer.person.id)
    if erased_at is not None and bearer.issued_at <= erased_at:
        raise TokenRefusedError(SignInRefusal.EXPIRED)
