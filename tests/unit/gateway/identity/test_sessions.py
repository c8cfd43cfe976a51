"""Web sessions begin, are used, and end."""

from datetime import UTC, datetime, timedelta

import pytest

from services.gateway.identity.person import Person
from services.gateway.identity.session import CookieRules, Sessions, hash_cookie
from tests.fakes.identity import PERSON, SessionsInMemory

SOMEBODY = Person(PERSON, (), "Demi Demo")


class Clock:
    """A time that passes when told."""

    def __init__(self) -> None:
        self.at = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the time."""
        return self.at


@pytest.mark.asyncio
async def test_the_cookie_itself_is_not_stored() -> None:
    """Only the cookie's hash is kept, so that a copy of the database signs nobody in."""
    store = SessionsInMemory()
    cookie, session = await Sessions(store).start(SOMEBODY)
    assert list(store.kept) == [hash_cookie(cookie)]
    assert cookie not in repr(store.kept)
    assert session.person.id == PERSON


@pytest.mark.asyncio
async def test_the_name_is_not_stored_with_a_session() -> None:
    """People's names live in the people collection only."""
    store = SessionsInMemory()
    _, session = await Sessions(store).start(SOMEBODY)
    assert session.person.name is None


@pytest.mark.asyncio
async def test_each_sign_in_has_its_own_id_and_token() -> None:
    """Two sessions of the same person share nothing."""
    sessions = Sessions(SessionsInMemory())
    first, second = await sessions.start(SOMEBODY), await sessions.start(SOMEBODY)
    assert first[0] != second[0]
    assert first[1].csrf != second[1].csrf


@pytest.mark.asyncio
async def test_a_session_ends_when_it_is_not_used() -> None:
    """Two hours without a request end it, and it is forgotten."""
    store, clock = SessionsInMemory(), Clock()
    sessions = Sessions(store, clock)
    cookie, _ = await sessions.start(SOMEBODY)
    clock.at += timedelta(hours=2)
    assert await sessions.read(cookie) is None
    assert store.kept == {}


@pytest.mark.asyncio
async def test_use_keeps_a_session_alive_but_not_for_ever() -> None:
    """Requests each hour keep it alive until twelve hours after the sign-in."""
    clock = Clock()
    sessions = Sessions(SessionsInMemory(), clock)
    cookie, _ = await sessions.start(SOMEBODY)
    alive = []
    for _ in range(13):
        clock.at += timedelta(hours=1)
        alive.append(await sessions.read(cookie) is not None)
    assert alive == [True] * 11 + [False] * 2


@pytest.mark.asyncio
async def test_reading_pages_quickly_writes_nothing() -> None:
    """Use is written down once a minute at most."""
    store, clock = SessionsInMemory(), Clock()
    sessions = Sessions(store, clock)
    cookie, _ = await sessions.start(SOMEBODY)
    for _ in range(5):
        clock.at += timedelta(seconds=10)
        await sessions.read(cookie)
    assert store.writes == 1


@pytest.mark.asyncio
@pytest.mark.parametrize("cookie", ["", "unknown", "x" * 10_000])
async def test_another_cookie_is_nobody(cookie: str) -> None:
    """A cookie we did not give belongs to no session."""
    sessions = Sessions(SessionsInMemory())
    await sessions.start(SOMEBODY)
    assert await sessions.read(cookie) is None


@pytest.mark.asyncio
async def test_an_ended_session_is_gone() -> None:
    """After signing out the cookie means nothing."""
    sessions = Sessions(SessionsInMemory())
    cookie, _ = await sessions.start(SOMEBODY)
    await sessions.end(cookie)
    assert await sessions.read(cookie) is None


def test_cookies_are_bound_to_the_host_on_https() -> None:
    """The `__Host-` prefix is used wherever the browser accepts it."""
    assert CookieRules(secure=True).name("appstore-session") == "__Host-appstore-session"
    assert CookieRules(secure=False).name("appstore-session") == "appstore-session"
