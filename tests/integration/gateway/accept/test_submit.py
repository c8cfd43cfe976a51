"""A request in: stored once, with its operation and its key, or not at all."""

import asyncio
from collections.abc import Callable
from contextlib import AbstractAsyncContextManager

import pytest

from chassis.errors import NotNow
from chassis.mongo import Database
from chassis.perform import Performer
from contracts.people import Role
from services.gateway.accept.idempotency import IdempotencyKeyReused, RequestKey, fingerprint
from services.gateway.accept.submit import About, Asked, submit
from services.gateway.identity.person import Membership, Person
from services.gateway.identity.team import Team
from tests.fakes import gateway_events as told
from tests.fakes.gateway_events import DEPLOYMENT, OTHER_TEAM, PERSON, TEAM, an_id
from tests.fakes.gateway_on_a_database import GatewayOnADatabase

NewGateway = Callable[[], AbstractAsyncContextManager[GatewayOnADatabase]]
SOMEBODY = Person(PERSON, (Membership(TEAM, "team-data", frozenset({Role.DEVELOPER})),))
ABOUT = About("deploy", told.APP, "docling-serve", "1.0")


def _asked(key: str | None = None, body: bytes = b"{}", person: Person = SOMEBODY) -> Asked:
    made = RequestKey(person.id, key, fingerprint("POST", "/deployments", body)) if key else None
    return Asked(person, Team(TEAM, "team-data"), made)


async def test_a_request_becomes_one_operation_and_one_event(new_gateway: NewGateway) -> None:
    """The operation's id is the correlation id of the event, and its generation the event's number."""
    async with new_gateway() as gateway:
        operation = await submit(told.requested(), ABOUT, _asked(), gateway.performer)
        assert (operation.kind, operation.subject, operation.generation) == ("deploy", DEPLOYMENT, 1)
        stored = await gateway.world.operations.get(operation.id)
        assert stored is not None
        assert (stored.id, stored.subject, stored.team_slug) == (operation.id, DEPLOYMENT, "team-data")
        (entry,) = gateway.published.entries
        headers = dict(entry["headers"])
        assert headers["ce_correlationid"] == operation.id
        assert (headers["ce_team"], headers["ce_actor"], headers["ce_actorroles"]) == (TEAM, PERSON, "developer")


async def test_the_same_key_and_body_is_the_same_operation(new_gateway: NewGateway) -> None:
    """A repeat records nothing and gives the first operation."""
    async with new_gateway() as gateway:
        first = await submit(told.requested(), ABOUT, _asked("k"), gateway.performer)
        again = await submit(told.requested(deployment=an_id(22)), ABOUT, _asked("k"), gateway.performer)
        assert (again.id, again.subject) == (first.id, DEPLOYMENT)
        assert len(gateway.published.entries) == 1


async def test_the_same_key_with_another_body_is_refused(new_gateway: NewGateway) -> None:
    """A key that was used for something else is a mistake, and nothing is recorded."""
    async with new_gateway() as gateway:
        await submit(told.requested(), ABOUT, _asked("k"), gateway.performer)
        with pytest.raises(IdempotencyKeyReused) as refused:
            await submit(told.requested(), ABOUT, _asked("k", b"other"), gateway.performer)
        assert refused.value.params == {"key": "k"}
        assert len(gateway.published.entries) == 1


async def test_another_persons_key_is_another_key(new_gateway: NewGateway) -> None:
    """Two people who choose the same key do not meet each other's operations."""
    async with new_gateway() as gateway:
        first = await submit(told.requested(), ABOUT, _asked("k"), gateway.performer)
        other = Person(an_id(52), SOMEBODY.memberships)
        second = await submit(told.requested(), ABOUT, _asked("k", b"other", other), gateway.performer)
        assert second.id != first.id


async def test_many_at_once_with_one_key_are_one(new_gateway: NewGateway) -> None:
    """Of five requests at the same moment with the same key one is recorded, and all get its operation."""
    async with new_gateway() as gateway:
        found = await asyncio.gather(
            *(
                submit(told.requested(deployment=an_id(100 + number)), ABOUT, _asked("k"), gateway.performer)
                for number in range(5)
            )
        )
        assert len({operation.id for operation in found}) == 1
        assert len(gateway.published.entries) == 1


async def test_two_at_once_about_one_thing_are_two_generations(new_gateway: NewGateway) -> None:
    """Requests about one deployment without a key are numbered one after the other."""
    async with new_gateway() as gateway:
        found = await asyncio.gather(*(submit(told.requested(), ABOUT, _asked(), gateway.performer) for _ in range(4)))
        assert sorted(operation.generation for operation in found) == [1, 2, 3, 4]


async def test_nothing_is_accepted_while_the_database_is_away(new_gateway: NewGateway) -> None:
    """A database that does not answer is told as NotNow; the relay is asked to look in the ledger."""
    async with new_gateway() as gateway:
        away = Database("mongodb://127.0.0.1:1/?replicaSet=secantus&serverSelectionTimeoutMS=200", "gateway_away")
        performer = Performer(gateway.performer.writer, away, gateway.published)
        with pytest.raises(NotNow):
            await submit(told.requested(), ABOUT, _asked("k"), performer)
        away.close()
        assert gateway.published.entries == []
        assert gateway.published.rescans == 1


async def test_operations_are_found_by_person_team_and_thing(new_gateway: NewGateway) -> None:
    """`of` gives one's own and one's teams', newest first; `about` gives ids, oldest first."""
    async with new_gateway() as gateway:
        first = await submit(told.requested(), ABOUT, _asked(), gateway.performer)
        second = await submit(told.requested(), ABOUT, _asked(), gateway.performer)
        operations = gateway.world.operations
        assert [one.id for one in await operations.of(PERSON, ())] == [second.id, first.id]
        assert [one.id for one in await operations.of(an_id(99), (TEAM,))] == [second.id, first.id]
        assert await operations.of(an_id(99), (OTHER_TEAM,)) == []
        assert await operations.about(DEPLOYMENT) == [first.id, second.id]
        assert await operations.get(an_id(98)) is None
