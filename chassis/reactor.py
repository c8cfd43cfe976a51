"""Reactors: what must follow an event once, and never again (rule 9).

A projection may be folded as often as one likes; a line in the audit log, a mail or a webhook may not. So a reactor has
cursors of its own, moved in the transaction in which it does its work: a refilled topic, a rebuilt read model, a
restart or another replica brings it nothing that it had before. `projection` hands it what the polls took.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from chassis.errors import Conflict, NotNow
from chassis.kafka import Partition
from chassis.ledger import Motion
from chassis.mongo import is_away
from chassis.motions import React
from chassis.passed_over import PassedOver
from chassis.perform import Performer
from chassis.wire import RawMessage
from contracts.envelope import Event

_CHUNK = 100

Heard = tuple[RawMessage, Event[Any]]


class Reactor:
    """Runs one `React` row on what it has not had yet."""

    def __init__(self, row: React, performer: Performer, passed_over: PassedOver | None = None) -> None:
        self.row = row
        self._topics = {topic.name for topic in row.topics}
        self._performer = performer
        self._passed_over = passed_over or PassedOver(performer.database)

    async def take(self, heard: Sequence[Heard]) -> set[Partition]:
        """React to what is new in a poll. The partitions in which a gap was met. Raises NotNow, and what the row does.

        Cursors are read before the transaction, since a refilled log is all repeats, and written on condition that
        they still are as they were read.
        """
        mine = [(raw, event) for raw, event in heard if raw.topic in self._topics]
        try:
            read = await self._cursors(mine)
        except Exception as error:
            if is_away(error):
                message = "the database does not answer"
                raise NotNow(message) from error
            raise
        attempts = 0

        async def react(motion: Motion) -> set[Partition]:
            nonlocal attempts
            attempts += 1
            before = read if attempts == 1 else await self._cursors(mine)
            new, after, gaps = self._sorted_out(mine, before)
            if new:
                await self.row.do(new, motion)
                await self._move(motion, before, after)
            return gaps

        new, _, gaps = self._sorted_out(mine, read)
        return await self._performer.perform(react) if new else gaps

    async def _move(self, motion: Motion, before: Mapping[str, int], after: Mapping[str, int]) -> None:
        moved = {place: number for place, number in after.items() if before.get(place) != number}
        new = [{"_id": place, "sequence": number} for place, number in moved.items() if place not in before]
        changed = [
            ({"_id": place, "sequence": before[place]}, {"_id": place, "sequence": number})
            for place, number in moved.items()
            if place in before
        ]
        if not motion.at_the_end:  # then nothing was read either, and the embedded database takes no bulk write first
            await motion.collection(self.row.cursors).write(new=new, changed=changed)
            return
        for document in new:
            motion.at_the_end.insert(self.row.cursors, document, refused=Conflict())
        for as_read, document in changed:
            motion.at_the_end.update(self.row.cursors, as_read, {"$set": document})

    async def _cursors(self, mine: Sequence[Heard]) -> dict[str, int]:
        places = sorted({_place(raw, event) for raw, event in mine})
        cursors: dict[str, int] = {}
        collection = self._performer.database.collection(self.row.cursors)
        for start in range(0, len(places), _CHUNK):
            async for found in collection.find({"_id": {"$in": places[start : start + _CHUNK]}}):
                cursors[found["_id"]] = found["sequence"]
        return cursors

    def _sorted_out(
        self, mine: Sequence[Heard], before: Mapping[str, int]
    ) -> tuple[list[Heard], dict[str, int], set[Partition]]:
        """What is new, the cursors after it, and the partitions in which a message is missing that nobody skipped."""
        new: list[Heard] = []
        after = dict(before)
        gaps: set[Partition] = set()
        for raw, event in mine:
            place = _place(raw, event)
            last, number = after.get(place, 0), event.context.number
            if number > self._passed_over.beyond(raw.topic, event.context.subject, last) + 1:
                gaps.add((raw.topic, raw.partition))
            elif number > last:
                after[place] = number
                new.append((raw, event))
        return new, after, gaps


def _place(raw: RawMessage, event: Event[Any]) -> str:
    return f"{raw.topic}/{event.context.subject}"
