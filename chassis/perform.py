"""One motion, one transaction: open it, do the work, store what was recorded, commit, hand it to the relay.

Everything that changes a service's state goes through here: messages (`handle`), timers and watches (`run`), and the
gateway's requests. A use case never opens or commits a transaction itself.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Any, Protocol, TypeVar

from motor.motor_asyncio import AsyncIOMotorClientSession
from pymongo.errors import PyMongoError

from chassis.errors import NotNow
from chassis.ledger import Motion, Writer
from chassis.mongo import Database, Document, is_away
from chassis.motions import Lineage
from contracts.envelope import Event

T = TypeVar("T")
Fence = Callable[[Motion], Awaitable[None]]
"""Raises NotNow when this process may not do the work that follows."""


class Publishes(Protocol):
    """What the relay is to a motion."""

    def offer(self, entries: Sequence[Document]) -> None:
        """These ledger entries were committed: publish them."""
        ...

    def rescan(self) -> None:
        """A commit's answer was lost: look in the ledger for what was not published."""
        ...


class Performer:
    """Runs work in motions."""

    def __init__(self, writer: Writer, database: Database, relay: Publishes, fence: Fence | None = None) -> None:
        self.writer = writer
        self.database = database
        self.relay = relay
        self._fence = fence

    def fenced(self, fence: Fence) -> "Performer":
        """A performer of leader work: `fence` looks at each of its transactions first, and may refuse it."""
        return Performer(self.writer, self.database, self.relay, fence)

    async def perform(
        self,
        work: Callable[[Motion], Awaitable[T]],
        *,
        cause: Event[Any] | None = None,
        lineage: Lineage | None = None,
    ) -> T:
        """Run `work` in one transaction. Raises what it raises; NotNow when the database is away."""

        async def transaction(session: AsyncIOMotorClientSession) -> tuple[Motion, T]:
            motion = Motion(self.writer, self.database, session, cause, lineage)
            if self._fence is not None:
                await self._fence(motion)
            result = await work(motion)
            await motion.flush()
            return motion, result

        try:
            motion, result = await self.database.in_transaction(transaction, self.relay.rescan)
        except asyncio.CancelledError:
            self.relay.rescan()  # the commit may have happened
            raise
        except PyMongoError as error:
            if not is_away(error):
                raise
            self.relay.rescan()
            message = "the database does not answer"
            raise NotNow(message) from error
        if motion.recorded:
            self.relay.offer(motion.recorded)
        for then in motion.after_commit:
            then()
        return result
