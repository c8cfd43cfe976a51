"""Each sign-in is told of once; refusals are told of, but not without end."""

from datetime import UTC, datetime

import pytest

from contracts.identity.events import SignInMethod, SignInRefusal
from services.gateway.identity.oidc import Bearer
from services.gateway.identity.person import Person
from services.gateway.identity.sign_ins import MOST_REFUSALS_A_MINUTE, SignIns
from tests.fakes.identity import PERSON, PeopleInMemory, SeenInMemory, SignInLogInMemory

SOMEBODY = Person(PERSON, (), "Demi Demo")
BEARER = Bearer(SOMEBODY, PERSON, "sign-in-1", datetime(2026, 11, 24, tzinfo=UTC))


class House:
    """Sign-ins with everything behind them in memory."""

    def __init__(self) -> None:
        self.log, self.seen, self.people = SignInLogInMemory(), SeenInMemory(), PeopleInMemory()
        self.at = 0.0

    def replica(self) -> SignIns:
        """Return one replica of the gateway, with a memory of its own."""
        return SignIns(self.log, self.seen, self.people, lambda: self.at)


@pytest.mark.asyncio
async def test_a_token_is_told_of_at_its_first_use_only() -> None:
    """Many requests with the tokens of one sign-in are one event, also over replicas and restarts."""
    house = House()
    first, second = house.replica(), house.replica()
    for one in (first, first, second, house.replica()):
        await one.by_token(BEARER)
    assert house.log.came_in == [(PERSON, SignInMethod.TOKEN)]


@pytest.mark.asyncio
async def test_what_could_not_be_told_is_told_later() -> None:
    """When the log is away the request fails, and the next one tells it."""
    house = House()
    house.log.away = True
    with pytest.raises(ConnectionError):
        await house.replica().by_token(BEARER)
    house.log.away = False
    await house.replica().by_token(BEARER)
    assert house.log.came_in == [(PERSON, SignInMethod.TOKEN)]


@pytest.mark.asyncio
async def test_the_name_goes_to_people_and_nowhere_else() -> None:
    """A sign-in keeps the name in the people collection and tells the log the opaque id."""
    house = House()
    await house.replica().by_web(SOMEBODY)
    assert house.people.names == {PERSON: "Demi Demo"}
    assert "Demi" not in repr(house.log)


@pytest.mark.asyncio
async def test_an_ordinary_expired_token_is_no_attempt() -> None:
    """A command line whose token ran out, or an issuer that is away, is not a refused sign-in."""
    house = House()
    await house.replica().refused(SignInMethod.TOKEN, SignInRefusal.EXPIRED)
    await house.replica().refused(SignInMethod.TOKEN, SignInRefusal.ISSUER_AWAY)
    assert house.log.turned_away == []


@pytest.mark.asyncio
async def test_a_flood_of_refusals_does_not_fill_the_log() -> None:
    """At most thirty refusals a minute are told of, and the next minute counts anew."""
    house = House()
    ins = house.replica()
    for _ in range(MOST_REFUSALS_A_MINUTE * 3):
        await ins.refused(SignInMethod.TOKEN, SignInRefusal.FORGED)
    assert len(house.log.turned_away) == MOST_REFUSALS_A_MINUTE
    house.at = 61.0
    await ins.refused(SignInMethod.TOKEN, SignInRefusal.FORGED)
    assert len(house.log.turned_away) == MOST_REFUSALS_A_MINUTE + 1
