"""Takes up what waits: when the awaited thing arrives, at a restart, and one last time when the deadline has passed.

Before it: `handle` made a message wait, or held it until an operator marked it (`redrive`). Handling and sweeping take
turns, so that no message is taken twice and none of a key overtakes another.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from functools import partial
from typing import Any

from chassis.again import Again
from chassis.errors import NotKnownYet, NotNow
from chassis.handle import BEHIND, Handler, Outcome, code_of, detail_of
from chassis.kafka import Partition
from chassis.ledger import Motion
from chassis.ownership import Elsewhere, Ownership
from chassis.projection import Projector
from chassis.reactions import Reactions
from chassis.reactor import Heard
from chassis.redrive import Redrive
from chassis.wire import RawMessage, read_context, read_event
from contracts.envelope import Event

Spot = tuple[str, str]


async def _react_to_nothing(_folded: Sequence[Heard]) -> set[Partition]:
    return set()


class Redelivery:
    """Handles messages one at a time, and with each what waited for it; or folds them poll by poll."""

    def __init__(self, handler: Handler, projector: Projector | None = None) -> None:
        self._handler = handler
        self._projector = projector
        self._waiting = handler.waiting
        self._arrived: set[Spot] = set()
        self._turn = asyncio.Lock()
        self.ownership = Ownership(handler)
        self._elsewhere = Elsewhere(handler.cursors, handler.waiting)
        again = Again(handler, projector.fold_again if projector else None)
        self.reactions = Reactions(projector.react if projector else _react_to_nothing)
        self.redrive = Redrive(handler, again, self.ownership.owns)

    def assigned(self, partitions: frozenset[Partition]) -> None:
        """These partitions are this replica's from now on."""
        self.ownership.assigned(partitions)

    async def before_commit(self) -> None:
        """Store what was passed over, and wait until all else was reacted to. Raises the driver's errors."""
        await self._handler.cursors.write_passed()
        await self.reactions.settled()

    def met_gaps(self) -> set[Partition]:
        """The partitions to read again from their start, because a reactor met a gap there."""
        return self.reactions.met_gaps()

    async def restart(self) -> None:
        """Try everything that waits once: what it waits for may have arrived just before the process ended."""
        async with self._turn:
            await self._try_all()

    async def fold(self, batch: Sequence[RawMessage]) -> set[Partition]:
        """Fold one poll into the read models. The partitions in which a gap was met; raises NotNow."""
        assert self._projector is not None  # noqa: S101 - only a service with read models folds
        async with self._turn:
            await self._recall()
            gaps, folded = await self._projector.fold(batch)
            await self.reactions.hear(folded)
            return gaps

    async def handle(self, raw: RawMessage) -> Outcome:
        """Handle one message, then what waited for its key. Raises NotNow: deliver it again."""
        async with self._turn:
            await self._recall()
            if not self.ownership.owns(raw.topic, raw.partition):
                return Outcome.PASSED
            outcome = await self._handler.handle(raw)
            if outcome in {Outcome.HANDLED, Outcome.PASSED, Outcome.REPEAT} and raw.key_text is not None:
                self._arrived.add((raw.topic, raw.key_text))
            await self._take_up()
            return outcome

    async def sweep(self, now: datetime) -> None:
        """Do what operators marked; take up what waits for something that arrived elsewhere, or is past its deadline.

        Past it, a message has a last try: the owner answers then, others let go silently.
        """
        async with self._turn:
            await self._recall()
            self._arrived.update(await self._elsewhere.arrived())
            self._arrived.update(await self.redrive.sweep())
            await self._take_up()
            for place in self._waiting.heads_past(now):
                if (found := await self._waiting.head(place)) is None:
                    continue
                entry, raw = found
                if await self._try(place, entry, raw) is not None:
                    await self._handler.performer.perform(partial(self._let_go, entry))
                    self._waiting.removed(place, entry)
                await self._redeliver(place)
            await self._take_up()

    async def _recall(self) -> None:
        if not await self.ownership.recall():
            return
        try:
            await self._try_all()
        except BaseException:
            self.ownership.doubt()  # what was not tried is tried when memory is read the next time
            raise

    async def _try_all(self) -> None:
        for place in self._waiting.places():
            await self._redeliver(place)

    async def _take_up(self) -> None:
        """What arrived stays on the list until all that waited for it was tried."""
        while self._arrived:
            spot = next(iter(self._arrived))
            for place in self._waiting.heads_awaiting(*spot):
                await self._redeliver(place)
            self._arrived.discard(spot)

    async def _redeliver(self, place: Spot) -> None:
        """Handle the waiting messages of one key in their order, until one has to wait on."""
        while (found := await self._waiting.head(place)) is not None:
            entry, raw = found
            if (unknown := await self._try(place, entry, raw)) is not None:
                await self._waiting.wait_for_other(entry, (unknown.topic.name, unknown.key), unknown.until)
                return
            self._arrived.add(place)

    async def _try(self, place: Spot, entry: str, raw: RawMessage) -> NotKnownYet | None:
        """Handle a waiting message, or hold it. What it does not know, while that is so: then it stays."""
        context = read_context(raw)
        if self._handler.held.blocks(*place, context.number):
            await self._handler.hold(raw, context, *BEHIND, entry)
        else:
            try:
                await self._take_out(entry, raw)
            except NotKnownYet as unknown:
                return unknown
            except NotNow:
                raise
            except Exception as error:  # noqa: BLE001 - whatever it is, the message is held and nothing is lost
                await self._handler.hold(raw, read_context(raw), code_of(error), detail_of(error), entry)
        self._waiting.removed(place, entry)
        return None

    async def _take_out(self, entry: str, raw: RawMessage) -> None:
        event = read_event(raw, read_context(raw))
        await self._handler.performer.perform(partial(self._handle_waiting, entry, event), cause=event)

    async def _handle_waiting(self, entry: str, event: Event[Any], motion: Motion) -> None:
        await self._waiting.remove(motion, entry)
        await self._handler.cursors.taken_up(motion, event.data.topic.name, event.context.subject)
        await self._handler.run(motion, event)

    async def _let_go(self, entry: str, motion: Motion) -> None:
        await self._waiting.remove(motion, entry)
