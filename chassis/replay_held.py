"""What becomes of held messages in a restore: the held is held as the same, the skipped is gone, in its queue or not.

What was told about them is on the log (`lost_events`); the messages are on their topics, or in the copy. `replay_steps`
asks here for each message that something was told about; what was redriven it handles like any other.
"""

import contextlib
from collections.abc import Sequence
from enum import Enum, auto
from typing import Any

from chassis.cursor import Cursors
from chassis.held import HELD, AlreadyHeld, Held
from chassis.ledger import Motion
from chassis.lost_events import LostEvents
from chassis.mongo import Database, Document
from chassis.replay import ReplayClock, ReplayedMotion, Replayer
from chassis.replay_order import Backlog
from chassis.stored_message import to_message
from chassis.waiting import WAITING
from chassis.wire import RawMessage, Unreadable, read_context, read_stored
from contracts.envelope import Context
from contracts.held import HeldEvent, MessageHeld, MessageSkipped

_HELD_BEFORE = "held before the database was restored"


class Fate(Enum):
    """What became of a message, by what it led to."""

    HANDLED = auto()
    HELD = auto()
    SKIPPED = auto()


def fate_of(answers: Sequence[Document]) -> Fate:
    """The fate of a message that these events were told about, in their order."""
    told = [read_stored(entry).data for entry in answers]
    if any(isinstance(one, MessageSkipped) for one in told):
        return Fate.SKIPPED
    only_held = bool(told) and all(isinstance(one, HeldEvent) for one in told) and isinstance(told[-1], MessageHeld)
    return Fate.HELD if only_held else Fate.HANDLED


def stays_held(message: Backlog) -> bool:
    """Whether it was held when the database was lost: told so last, or held in the copy and nothing told since."""
    in_the_copy = message.stored is not None and message.stored[0] == HELD
    return fate_of(message.answers) is Fate.HELD or (in_the_copy and not message.answers and not message.was_handled)


class ReplayedHeld:
    """The held messages of one restore."""

    def __init__(
        self, service: str, database: Database, lost: LostEvents, replayer: Replayer, clock: ReplayClock
    ) -> None:
        self._database = database
        self._lost = lost
        self._replayer = replayer
        self._clock = clock
        self._cursors = Cursors(database)
        self._held = Held(service, database)

    async def begin(self, unreadable: Sequence[RawMessage]) -> None:
        """Give what the copy holds the rest of its story, and hold again what nobody could read."""
        async for document in self._database.collection(HELD).find({}):
            if story := self._lost.story(document["held"]):
                await self._go_on(document, story[-1])
        await self._held.load()
        for raw in unreadable:
            entry = self._lost.of_bytes(raw.topic, raw.partition, raw.offset)
            if entry is not None and raw.fingerprint not in self._lost.skipped_bytes:
                await self._hold(raw, None, entry)

    async def _go_on(self, document: Document, last: HeldEvent) -> None:
        held = self._database.collection(HELD)
        if isinstance(last, MessageHeld):
            changed = {"status": "held", "reason": last.reason, "attempts": last.attempts}
            await held.update_one({"_id": document["_id"]}, {"$set": changed, "$unset": {"wish": ""}})
        elif isinstance(last, MessageSkipped) and not _readable(document):
            await held.delete_one({"_id": document["_id"]})

    async def leave_its_place(self, message: Backlog, motion: Motion, *, counts: bool = True) -> None:
        """Take a message out of where the copy keeps it, and count it as handled where that was not done."""
        if message.stored is not None:
            collection, entry = message.stored
            await motion.collection(collection).delete(entry)
        if counts and not message.counted:
            await self._cursors.move(motion, message.raw.topic, message.context.subject, message.context.number)

    def left(self, message: Backlog) -> None:
        """The transaction in which a message left its place was committed."""
        if message.stored is not None and message.stored[0] == HELD:
            spot = self._held.next_of(message.spot)
            if spot is not None and spot.entry == message.stored[1]:
                self._held.removed(spot)

    async def hold_again(self, message: Backlog) -> None:
        """It was held when the database was lost, and is held again as the same."""
        if message.stored is None or message.stored[0] == WAITING:
            await self._hold(message.raw, message, message.answers[-1])

    async def _hold(self, raw: RawMessage, message: Backlog | None, entry: Document) -> None:
        told: MessageHeld = read_stored(entry).data
        context = message.context if message is not None else None
        waited = message is not None and message.stored is not None
        story = [one for one in self._lost.story(told.held) if isinstance(one, MessageHeld)] or [told]

        async def work(motion: ReplayedMotion) -> Any:
            if message is not None and message.stored is not None:
                await motion.collection(WAITING).delete(message.stored[1])
            document = await self._held.add(motion, raw, context, story[-1].reason, _HELD_BEFORE, waited=waited)
            last = {"attempts": story[-1].attempts}
            await motion.collection(HELD).change({"_id": document["_id"]}, {"$set": last})
            return document

        self._clock.at = read_stored(entry).context.time
        try:
            with contextlib.suppress(AlreadyHeld):
                self._held.added(await self._replayer.motion(work, answers=[entry]))
        finally:
            self._clock.at = None


def _readable(document: Document) -> Context | None:
    try:
        return read_context(to_message(document))
    except Unreadable:
        return None
