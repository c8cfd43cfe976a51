"""Other sites cannot act with somebody's cookie."""

from datetime import UTC, datetime

import pytest
from starlette.requests import Request

from services.gateway.identity.csrf import CrossSiteRequestError, must_be_same_site, must_carry_token, origin_of
from services.gateway.identity.person import Person
from services.gateway.identity.session import Session
from tests.fakes.identity import PERSON

HERE = "https://store.example/"
NOW = datetime(2026, 11, 24, tzinfo=UTC)
SESSION = Session("k", Person(PERSON, ()), "the-token", NOW, NOW)


def request(method: str, **headers: str) -> Request:
    """Return a request with these headers, `_` written for `-`."""
    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "headers": raw, "path": "/", "query_string": b""})


@pytest.mark.parametrize(
    "sent",
    [
        request("GET", origin="https://evil.example"),
        request("HEAD"),
        request("POST", origin="https://store.example"),
        request("DELETE", origin="https://store.example"),
        request("POST", origin="https://store.example:8420", host="store.example:8420"),
        request("POST", sec_fetch_site="same-origin"),
        request("POST", x_csrf_token="the-token"),
    ],
    ids=["read", "head", "own origin", "own origin, delete", "a replica's port", "old browser", "token in header"],
)
def test_our_own_requests_pass(sent: Request) -> None:
    """Reads pass, and changes that come from our own pages."""
    must_be_same_site(sent, SESSION, HERE)


@pytest.mark.parametrize(
    "sent",
    [
        request("POST", origin="https://evil.example"),
        request("POST", origin="null"),
        request("POST", origin="http://store.example"),
        request("POST", origin="https://store.example.evil.example"),
        request("POST", origin="https://evil.example", x_csrf_token="the-token"),
        request("POST", sec_fetch_site="cross-site"),
        request("POST", sec_fetch_site="same-site"),
        request("POST", x_csrf_token="another"),
        request("PUT"),
        request("POST", origin="https://store.example:8420", host="store.example"),
        request("POST", origin="https://store.example:9999", host="store.example:8420"),
        request("POST", origin="https://evil.example:8420", host="evil.example:8420"),
        request("POST", origin="http://store.example:8420", host="store.example:8420"),
        request("POST", origin="https://store.example:8420"),
        request("POST", origin="https://", host=""),
        request("POST", origin="https://[", host="["),
    ],
    ids=[
        "elsewhere",
        "null",
        "http",
        "look-alike",
        "with token",
        "cross-site",
        "sibling",
        "bad token",
        "nothing",
        "another port of our host",
        "a further port of our host",
        "a name that leads here too",
        "http at a replica's port",
        "no host",
        "nothing in it",
        "no address",
    ],
)
def test_a_change_from_elsewhere_is_refused(sent: Request) -> None:
    """A change that may come from another site is not made."""
    with pytest.raises(CrossSiteRequestError):
        must_be_same_site(sent, SESSION, HERE)


@pytest.mark.parametrize("token", ["", "another", "the-token ", "thé-token"])
def test_a_form_carries_its_sessions_token(token: str) -> None:
    """Only the session's own token opens a form's lock."""
    must_carry_token(SESSION, "the-token")
    with pytest.raises(CrossSiteRequestError):
        must_carry_token(SESSION, token)


def test_an_origin_has_scheme_host_and_port() -> None:
    """An address becomes the origin a browser would name."""
    assert origin_of("http://127.0.0.1:8400/apps?q=1") == "http://127.0.0.1:8400"
