"""Signs in with a name and password for scripts: the code flow with PKCE, the form filled in by this program.

Everything a browser does happens, so nothing is weaker than for people: state, PKCE with S256 (RFC 7636), a redirect to
this machine (RFC 8252 section 7.3) that is read and never followed. Only an issuer whose page is one plain form, as
that of the local stack, can be used this way; at others `appstore login` uses the device flow.
"""

import base64
import hashlib
import secrets
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx

from appstore_client.problem import Unreachable
from appstore_client.sign_in.device_flow import SCOPE
from appstore_client.sign_in.discovery import Issuer
from appstore_client.sign_in.sign_in_form import SignInForm, read_form
from appstore_client.sign_in.token_answer import SignInRefused, Tokens, ask_tokens
from appstore_client.transport import describe

REDIRECT = "http://127.0.0.1:8765/callback"
"""Nobody listens there: the address is read from the answer."""
MOST_PAGES = 3
"""Pages between the form and the redirect (a consent page, for example)."""


async def sign_in_by_form(http: httpx.AsyncClient, issuer: Issuer, username: str, password: str) -> Tokens:
    """Return the tokens; raises `SignInRefused` when name and password do not fit, `Unreachable`."""
    verifier, state = secrets.token_urlsafe(48), secrets.token_urlsafe(24)
    query = urlencode(
        {
            "response_type": "code",
            "client_id": issuer.client_id,
            "redirect_uri": REDIRECT,
            "scope": SCOPE,
            "state": state,
            "code_challenge": _challenge(verifier),
            "code_challenge_method": "S256",
            "nonce": secrets.token_urlsafe(16),
        }
    )
    try:
        page = await http.get(f"{issuer.authorize}?{query}")
        location = await _submit(http, issuer, page, username, password)
    except httpx.TransportError as error:
        raise Unreachable(issuer.issuer, describe(error)) from error
    return await ask_tokens(
        http,
        issuer,
        {
            "grant_type": "authorization_code",
            "code": _code(location, state),
            "redirect_uri": REDIRECT,
            "code_verifier": verifier,
        },
    )


async def _submit(http: httpx.AsyncClient, issuer: Issuer, page: httpx.Response, username: str, password: str) -> str:
    form = read_form(page.text)
    if not page.is_success or form is None:
        raise SignInRefused("no-sign-in-form", f"{issuer.issuer}: HTTP {page.status_code}")
    answer = await http.post(_target(issuer, page, form), data=form.filled(username, password))
    for _ in range(MOST_PAGES):
        location: str = answer.headers.get("Location", "")
        if not answer.is_redirect:
            break
        if location.startswith(f"{REDIRECT}?"):
            return location
        answer = await http.get(_own(issuer, urljoin(str(answer.url), location)))
    raise SignInRefused("access_denied", None)


def _target(issuer: Issuer, page: httpx.Response, form: SignInForm) -> str:
    return _own(issuer, urljoin(str(page.url), form.action or str(page.url)))


def _own(issuer: Issuer, url: str) -> str:
    """Return the address if it is the issuer's: a password goes nowhere else."""
    if urlsplit(url)[:2] != urlsplit(issuer.issuer)[:2]:
        raise SignInRefused("foreign-form", urlsplit(url).hostname)
    return url


def _code(location: str, state: str) -> str:
    answer = {name: values[-1] for name, values in parse_qs(urlsplit(location).query).items()}
    if not secrets.compare_digest(answer.get("state", "").encode(), state.encode()):
        raise SignInRefused("state-differs", None)
    if "code" not in answer:
        raise SignInRefused(answer.get("error", "access_denied"), answer.get("error_description"))
    return answer["code"]


def _challenge(verifier: str) -> str:
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
