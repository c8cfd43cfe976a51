"""Does what operators marked on held messages: handle again in the order of each key, or skip (rule 8 of the log).

Before it: `appstore held redrive|skip` wrote a wish on the message in this service's database. After it: those that
queued behind follow one by one, until the queue is empty or one fails. Whoever dies in between leaves a queue whose
first message did not fail, and the next process goes on there by itself.
"""

from collections.abc import Callable

import structlog

from chassis.again import Again
from chassis.errors import NotNow
from chassis.handle import Handler, Outcome, code_of, detail_of
from chassis.held import NotHeld
from chassis.held_queues import Lane, Spot
from chassis.mongo import Document
from chassis.stored_message import to_message
from chassis.wire import RawMessage, Unreadable, read_context
from contracts.envelope import Context

log = structlog.get_logger(__name__)

AT_ONCE = 200
"""Messages of one key in one sweep; new ones of other keys have their turn in between."""

Owns = Callable[[str, int], bool]
"""Whether this replica consumes that partition of that topic."""


class Redrive:
    """The sweep over a service's held messages."""

    def __init__(self, handler: Handler, again: Again, owns: Owns = lambda _topic, _partition: True) -> None:
        self._handler = handler
        self._held = handler.held
        self._again = again
        self._owns = owns

    async def sweep(self) -> set[Lane]:
        """Take up what was marked. The topics and keys of which something was handled; raises NotNow."""
        moved: set[Lane] = set()
        for spot in await self._held.wished():
            if self._owns(spot.lane[0].removesuffix("//"), spot.partition):
                moved |= await self._go_on(spot.lane)
        return moved

    async def _go_on(self, lane: Lane) -> set[Lane]:
        moved: set[Lane] = set()
        for _ in range(AT_ONCE):
            spot = self._held.next_of(lane)
            if spot is None or not await self._settle(spot):
                break
            moved.add(lane)
        return moved

    async def _settle(self, spot: Spot) -> bool:
        """Handle or skip the first message of a key; whether the next one's turn has come."""
        document = await self._held.whole(spot)
        if document is None:
            self._held.removed(spot)  # a commit took it out, and its answer was lost
            return True
        if document["status"] == "held" and "wish" not in document:
            return False
        raw = to_message(document)
        try:
            if await self._as_wished(document, raw) is Outcome.GAP:
                return False
        except NotHeld:
            log.info("somebody else settled a held message", topic=raw.topic, held=document["held"])
        except NotNow:
            raise
        except Exception as error:  # noqa: BLE001 - whatever it is, the message stays held and nothing is lost
            await self._fail(document, raw, error)
            return False
        self._held.removed(spot)
        return True

    async def _as_wished(self, document: Document, raw: RawMessage) -> Outcome:
        if document.get("wish", {}).get("do") == "skip":
            await self._again.skip(document, raw)
            log.warning("skipped a held message", topic=raw.topic, held=document["held"])
            return Outcome.PASSED
        outcome = await self._again.handle(document, raw)
        log.info("took up a held message", topic=raw.topic, held=document["held"], outcome=outcome)
        return outcome

    async def _fail(self, document: Document, raw: RawMessage, error: Exception) -> None:
        code, detail = code_of(error), detail_of(error)
        if isinstance(error, Unreadable):
            code, detail = error.code, error.detail
        context = _context_of(raw)
        after = await self._handler.performer.perform(
            lambda motion: self._held.fail_again(motion, document, context, code, detail)
        )
        self._held.added(after)
        log.warning("a held message failed again", topic=raw.topic, held=document["held"], reason=code)


def _context_of(raw: RawMessage) -> Context | None:
    try:
        return read_context(raw)
    except Unreadable:
        return None
