"""The lease on a real database: one leader at a time, whoever dies, sleeps or loses an answer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from typing import Any

import pytest

from chassis.errors import NotLeading
from chassis.lease import LEADER, LEASES, Lease
from chassis.ledger import Motion
from chassis.mongo import Database
from tests.fakes.chassis_service import CATALOG, Parts, until
from tests.fakes.published import Published

pytestmark = pytest.mark.integration

TTL = 0.5


@contextlib.asynccontextmanager
async def kept(lease: Lease) -> AsyncIterator[Lease]:
    """A process that lives, as far as its lease is concerned."""
    keeping = asyncio.create_task(lease.keep())
    try:
        yield lease
    finally:
        keeping.cancel()
        await asyncio.gather(keeping, return_exceptions=True)


async def leads(lease: Lease) -> bool:
    """Whether it has the lease."""
    return lease.held


async def fenced(database: Database, lease: Lease) -> int:
    """How much a motion of leader work changes."""

    async def work(motion: Motion) -> int:
        await lease.guard(motion)
        return 1

    return await Parts("catalog", CATALOG, database, Published()).performer.perform(work)


async def test_the_first_to_ask_leads_and_keeps_leading(database: Database) -> None:
    """A lease that is renewed is nobody else's, however long others look."""
    first, second = Lease(database, ttl=TTL), Lease(database, ttl=TTL)
    async with kept(first):
        await until(lambda: leads(first), "the first leads")
        async with kept(second):
            renewals = (await stored(database))["renewal"] + 8

            async def renewed_long() -> bool:
                return bool((await stored(database))["renewal"] >= renewals)

            await until(renewed_long, "it was renewed for longer than the lease lasts")
        assert (first.held, second.held, first.term) == (True, False, 1)


async def test_a_dead_leader_is_followed(database: Database) -> None:
    """Nobody renews any more: another takes over, in the next term, and the old one's work is fenced off."""
    dead, other = Lease(database, ttl=TTL), Lease(database, ttl=TTL)
    await dead.look()
    async with kept(other):
        await until(lambda: leads(other), "the other leads", within=4 * TTL)
        assert other.term == dead.term + 1
        assert await fenced(database, other) == 1
        dead._holding._valid_until = float("inf")  # as if its own clock had stood still
        with pytest.raises(NotLeading):
            await fenced(database, dead)


async def test_a_leader_knows_that_it_is_late_before_another_may_lead(database: Database) -> None:
    """A holder that could not renew stops its work by itself, while the lease is still nobody else's."""
    lease = Lease(database, ttl=TTL)
    await lease.look()
    stopped = asyncio.Event()

    async def work() -> None:
        try:
            await asyncio.Event().wait()
        finally:
            stopped.set()

    working = asyncio.create_task(lease.while_held(work))
    began = (await stored(database))["renewal"]
    await asyncio.wait_for(stopped.wait(), 10 * TTL)
    assert not lease.held
    found = await stored(database)
    assert (found["holder"], found["renewal"]) == (lease.holder, began)
    working.cancel()


async def test_a_lease_given_up_is_taken_at_once(database: Database) -> None:
    """After a graceful stop nobody waits for the lease to run out."""
    first, second = Lease(database, ttl=30), Lease(database, ttl=30)
    await first.look()
    await second.look()
    assert not second.held
    await first.release()
    await second.look()
    assert (first.held, second.held, second.term) == (False, True, 2)


async def test_a_successor_of_the_same_name_need_not_wait(database: Database) -> None:
    """A process started in place of one that was killed leads at once, and two that live don't take turns."""
    killed, successor = Lease(database, "catalog-1", ttl=30), Lease(database, "catalog-1", ttl=30)
    await killed.look()
    await successor.look()
    assert successor.held
    await killed.look()
    await killed.look()
    assert (killed.held, successor.term) == (False, 2)


async def test_of_many_that_want_a_free_lease_one_gets_it(database: Database) -> None:
    """However many ask at the same moment, for the first time or after a death, one leads."""
    leases = [Lease(database, ttl=TTL) for _ in range(8)]
    await asyncio.gather(*(lease.look() for lease in leases))
    assert sum(lease.held for lease in leases) == 1
    holder = next(lease for lease in leases if lease.held)
    await holder.release()
    await asyncio.gather(*(lease.look() for lease in leases))
    assert sum(lease.held for lease in leases) == 1


async def test_a_takeover_whose_answer_was_lost_is_taken_again(database: Database) -> None:
    """A process that finds its own id in the lease and does not know why leads in a term of its own."""
    lease = Lease(database, ttl=30)
    await database.collection(LEASES).insert_one(
        {"_id": LEADER, "holder": lease.holder, "replica": "x", "term": 4, "renewal": 9}
    )
    await lease.look()
    assert (lease.held, lease.term) == (True, 5)


async def stored(database: Database) -> dict[str, Any]:
    """The lease as it is stored."""
    found = await database.collection(LEASES).find_one({"_id": LEADER})
    assert found is not None
    return found
