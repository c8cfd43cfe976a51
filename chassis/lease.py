"""The lease named `leader`: which replica of a service runs its relay, timers and watches (rules 3 and 10 of the log).

No clock is trusted. A holder counts `renewal` up every second; a contender takes over when the count stood still for
`TTL_SECONDS` on its own monotonic clock, and the holder gives up earlier than that on its own. `term` grows with each
takeover, and a motion of leader work reads it in its transaction: one that was stopped and wakes up changes nothing.
"""

import asyncio
import contextlib
import time
from typing import NoReturn

import structlog
from pymongo.errors import DuplicateKeyError, PyMongoError

from chassis import telemetry
from chassis.errors import NotLeading
from chassis.holding import Holding, Standstill, Work
from chassis.ledger import Motion, new_id
from chassis.mongo import Database, Document

log = structlog.get_logger(__name__)

LEASES = "leases"
LEADER = "leader"
TTL_SECONDS = 5.0
"""A lease that was not renewed for so long may be taken."""

_RENEW_PART = 0.2
_VALID_PART = 0.7


async def is_led(database: Database, ttl: float = TTL_SECONDS) -> bool:
    """Whether some process leads now: its renewals are counted while this waits a quarter of the lease's time."""
    leases = database.collection(LEASES)
    before = await leases.find_one({"_id": LEADER})
    if before is None or before["holder"] is None:
        return False
    await asyncio.sleep(ttl * _RENEW_PART * 1.25)
    return bool(await leases.find_one({"_id": LEADER}) != before)


class Lease:
    """One process's view of its service's lease. `replica` is its name: a successor of that name need not wait."""

    def __init__(self, database: Database, replica: str | None = None, ttl: float = TTL_SECONDS) -> None:
        self.holder = new_id()
        self.term = 0
        """The term this process holds or held last; 0 before its first."""
        self.looked = False
        """Whether the database has answered once."""
        self._leases = database.collection(LEASES)
        self._replica = replica or self.holder
        self._ttl = ttl
        self._holding = Holding(ttl * _VALID_PART, self._tell_gained, self._tell_lost)
        self._standstill = Standstill()
        self._first_look = True
        self._stored = False

    @property
    def held(self) -> bool:
        """Whether this process leads, by its own monotonic clock."""
        return self._holding.held

    async def guard(self, motion: Motion) -> None:
        """Fence a motion of leader work. Raises NotLeading when its transaction sees that somebody else leads."""
        found = await motion.collection(LEASES).get(LEADER)
        if not self.held or found is None or (found["holder"], found["term"]) != (self.holder, self.term):
            raise NotLeading

    async def keep(self) -> NoReturn:
        """Renew the lease, or try to get it, for as long as this process lives."""
        while True:
            await self.look()
            await asyncio.sleep(self._ttl * _RENEW_PART)

    async def look(self) -> None:
        """Renew once when this process has the lease, else see whether it can be taken."""
        began = time.monotonic()
        with contextlib.suppress(PyMongoError, TimeoutError):
            async with asyncio.timeout(self._ttl * _VALID_PART):
                self._stored = self._stored and await self._renewed()
                if not self._stored:
                    self._holding.let_go()
                    self._stored = await self._taken()
                if self._stored:
                    self._holding.hold(began)
                    telemetry.TERM.set(self.term)
                self.looked = True

    async def release(self) -> None:
        """Give the lease up, so that another replica has it within a second."""
        had, self._stored = self._stored, False
        self._holding.let_go()
        if had:
            with contextlib.suppress(PyMongoError, TimeoutError):
                async with asyncio.timeout(self._ttl * _VALID_PART):
                    await self._leases.update_one(self._mine, {"$set": {"holder": None, "replica": None}})

    async def while_held(self, work: Work) -> NoReturn:
        """Run `work` whenever this process leads, and end it when it no longer does. Raises what `work` raises."""
        await self._holding.while_held(work)

    @property
    def _mine(self) -> Document:
        return {"_id": LEADER, "holder": self.holder, "term": self.term}

    async def _renewed(self) -> bool:
        result = await self._leases.update_one(self._mine, {"$inc": {"renewal": 1}})
        return bool(result.matched_count)

    async def _taken(self) -> bool:
        found = await self._leases.find_one({"_id": LEADER})
        first_look, self._first_look = self._first_look, False
        if found is None:
            return await self._taken_first()
        stood_still = self._standstill.seconds(found)
        succeeds = first_look and found["replica"] == self._replica
        # Its own id there means that the answer to a takeover was lost.
        free = found["holder"] in {None, self.holder} or succeeds or stood_still >= self._ttl
        if not free:
            return False
        taken = {"holder": self.holder, "replica": self._replica, "term": found["term"] + 1}
        update = {"$set": taken, "$inc": {"renewal": 1}}
        unchanged = {"_id": LEADER, "term": found["term"], "renewal": found["renewal"]}
        result = await self._leases.update_one(unchanged, update)
        self.term = taken["term"] if result.matched_count else self.term
        return bool(result.matched_count)

    async def _taken_first(self) -> bool:
        document = {"_id": LEADER, "holder": self.holder, "replica": self._replica, "term": 1, "renewal": 1}
        try:
            await self._leases.insert_one(document)
        except DuplicateKeyError:
            return False
        self.term = 1
        return True

    def _tell_gained(self) -> None:
        log.info("leading", term=self.term, replica=self._replica)
        telemetry.LEADER.set(1)

    def _tell_lost(self) -> None:
        log.info("not leading any more", term=self.term)
        telemetry.LEADER.set(0)
