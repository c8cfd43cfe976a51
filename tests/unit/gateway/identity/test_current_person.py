"""From a request to a person."""

import pytest
from starlette.requests import Request

from contracts.identity.events import SignInMethod, SignInRefusal
from services.gateway.identity.csrf import CrossSiteRequestError
from services.gateway.identity.current_person import Identity, current_person
from services.gateway.identity.oidc import TokenRefusedError, TokenVerifier
from services.gateway.identity.person import Person
from services.gateway.identity.provider import Provider
from services.gateway.identity.session import Sessions
from services.gateway.identity.sign_ins import SignIns
from tests.fakes.identity import (
    ISSUER,
    PERSON,
    DocumentIssuer,
    PeopleInMemory,
    SeenInMemory,
    SessionsInMemory,
    SignInLogInMemory,
    new_key,
    sign,
)

KEY = new_key()


class House:
    """An identity with everything in memory."""

    def __init__(self) -> None:
        self.log, self.people = SignInLogInMemory(), PeopleInMemory()
        self.identity = Identity(
            verifier=TokenVerifier(Provider(ISSUER, DocumentIssuer([KEY]).client())),
            sessions=Sessions(SessionsInMemory()),
            sign_ins=SignIns(self.log, SeenInMemory(), self.people),
            people=self.people,
            public_url="http://127.0.0.1:8400",
        )


def request(method: str = "GET", **headers: str) -> Request:
    """Return a request with these headers."""
    raw = [(name.encode(), value.encode()) for name, value in headers.items()]
    return Request({"type": "http", "method": method, "headers": raw, "path": "/", "query_string": b""})


@pytest.mark.asyncio
async def test_without_token_or_cookie_there_is_nobody() -> None:
    """Somebody who did not sign in is nobody, not an error."""
    house = House()
    assert await current_person(request(), house.identity) is None
    assert await current_person(request(authorization="Basic abc"), house.identity) is None


@pytest.mark.asyncio
async def test_a_token_names_the_person_and_is_told_of() -> None:
    """A good bearer token gives the person, and the first use is a sign-in."""
    house = House()
    person = await current_person(request("POST", authorization=f"Bearer {sign(KEY)}"), house.identity)
    assert person is not None
    assert person.id == PERSON
    assert house.log.came_in == [(PERSON, SignInMethod.TOKEN)]


@pytest.mark.asyncio
async def test_a_bad_token_is_an_error_and_is_told_of() -> None:
    """A forged token is refused rather than read as nobody, even beside a good cookie."""
    house = House()
    cookie, _ = await house.identity.sessions.start(Person(PERSON, ()))
    with pytest.raises(TokenRefusedError):
        await current_person(request(authorization="Bearer x.y.z", cookie=f"appstore-session={cookie}"), house.identity)
    assert house.log.turned_away == [(SignInMethod.TOKEN, SignInRefusal.FORGED)]


@pytest.mark.asyncio
async def test_a_cookie_names_the_person_with_the_name_we_know() -> None:
    """A session gives the person, and the name comes from the people collection."""
    house = House()
    await house.people.remember(PERSON, "Demi Demo")
    cookie, _ = await house.identity.sessions.start(Person(PERSON, ()))
    person = await current_person(request(cookie=f"appstore-session={cookie}"), house.identity)
    assert person is not None
    assert (person.id, person.name) == (PERSON, "Demi Demo")


@pytest.mark.asyncio
async def test_a_change_by_cookie_must_come_from_our_pages() -> None:
    """No route can forget the origin check, because it stands before the person."""
    house = House()
    cookie, _ = await house.identity.sessions.start(Person(PERSON, ()))
    mine = f"appstore-session={cookie}"
    assert await current_person(request("POST", cookie=mine, origin="http://127.0.0.1:8400"), house.identity)
    with pytest.raises(CrossSiteRequestError):
        await current_person(request("POST", cookie=mine, origin="http://127.0.0.1:9999"), house.identity)
