"""Signs a demo person in over HTTP as a browser would, for scripts and tests: the real flows, without a browser.

`sign_in` is code + PKCE through the form; `approve_device` types a device code. Nothing here has a short cut into the
issuer.
"""

import base64
import hashlib
import secrets
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import parse_qs, urlencode, urljoin, urlsplit

import httpx

REDIRECT = "http://127.0.0.1:8765/callback"
"""Nobody listens there: the code is read from the redirect itself."""
TIMEOUT_SECONDS = 10.0


class SignInFailedError(Exception):
    """The issuer did not sign the person in; the text says what it answered."""


@dataclass(frozen=True)
class Tokens:
    """What the issuer gave."""

    access_token: str
    id_token: str | None
    refresh_token: str | None
    expires_in: int
    """Seconds."""


@dataclass(frozen=True)
class Pkce:
    """A verifier and its S256 challenge (RFC 7636 section 4)."""

    verifier: str
    challenge: str


def new_pkce() -> Pkce:
    """Make a pair of 256 bits."""
    verifier = secrets.token_urlsafe(32)
    digest = hashlib.sha256(verifier.encode()).digest()
    return Pkce(verifier, base64.urlsafe_b64encode(digest).rstrip(b"=").decode())


async def sign_in(issuer_url: str, username: str, password: str, client_id: str = "appstore-cli") -> Tokens:
    """Sign in and return the tokens. Raises `SignInFailedError`, or `httpx.HTTPError` when the issuer is away."""
    pkce, state = new_pkce(), secrets.token_urlsafe(16)
    query = urlencode(
        {
            "response_type": "code",
            "client_id": client_id,
            "redirect_uri": REDIRECT,
            "scope": "openid profile",
            "state": state,
            "code_challenge": pkce.challenge,
            "code_challenge_method": "S256",
        }
    )
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as http:
        landed = await fill_in_form(http, f"{issuer_url}/authorize?{query}", username, password)
        answer = parse_qs(urlsplit(landed).query)
        if answer.get("state") != [state] or "code" not in answer:
            raise SignInFailedError(answer.get("error", ["no code"])[-1])
        response = await http.post(
            f"{issuer_url}/token",
            data={
                "grant_type": "authorization_code",
                "client_id": client_id,
                "redirect_uri": REDIRECT,
                "code": answer["code"][-1],
                "code_verifier": pkce.verifier,
            },
        )
    return read_tokens(response)


async def fill_in_form(http: httpx.AsyncClient, page_url: str, username: str, password: str) -> str:
    """Open the sign-in page, post its form and return the address that the browser is sent to.

    Raises `SignInFailedError` when it is not sent anywhere: a wrong password, or a request the issuer refuses.
    """
    page = await http.get(page_url)
    form = read_form(page)
    posted = await http.post(
        urljoin(page_url, form.action),
        data={
            **form.hidden,
            "username": username,
            "password": password,
            "decision": "approve",
        },
    )
    if "location" not in posted.headers:
        message = f"the sign-in page answered {posted.status_code}"
        raise SignInFailedError(message)
    return str(posted.headers["location"])


async def approve_device(
    issuer_url: str,
    user_code: str,
    username: str,
    password: str,
    *,
    approve: bool = True,
) -> None:
    """Type a device code as this person and allow or refuse it. Raises `SignInFailedError`."""
    async with httpx.AsyncClient(timeout=TIMEOUT_SECONDS, trust_env=False) as http:
        page_url = f"{issuer_url}/device"
        form = read_form(await http.get(page_url))
        posted = await http.post(
            urljoin(page_url, form.action),
            data={
                **form.hidden,
                "user_code": user_code,
                "username": username,
                "password": password,
                "decision": "approve" if approve else "refuse",
            },
        )
    if not posted.is_success:
        message = f"the device page answered {posted.status_code}"
        raise SignInFailedError(message)


def read_tokens(response: httpx.Response) -> Tokens:
    """Read a token response. Raises `SignInFailedError` with the issuer's error code."""
    body = response.json()
    if not response.is_success:
        raise SignInFailedError(str(body.get("error")))
    return Tokens(body["access_token"], body.get("id_token"), body.get("refresh_token"), int(body["expires_in"]))


class Form(HTMLParser):
    """The first form of a page: where it posts to, and its hidden fields."""

    def __init__(self) -> None:
        super().__init__()
        self.action = ""
        self.hidden: dict[str, str] = {}

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Take what matters of a tag."""
        named = dict(attrs)
        if tag == "form":
            self.action = named.get("action") or ""
        elif tag == "input" and named.get("type") == "hidden":
            self.hidden[named.get("name") or ""] = named.get("value") or ""


def read_form(page: httpx.Response) -> Form:
    """Read the form of a page. Raises `SignInFailedError` when the page has none."""
    form = Form()
    form.feed(page.text)
    if not form.action:
        message = f"no form on the page, which answered {page.status_code}"
        raise SignInFailedError(message)
    return form
