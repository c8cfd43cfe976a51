"""Writes on a held message what the operator wants with it, and looks what the service made of that.

The command changes nothing else: the service that holds the message sees the wish within a second and carries it out
(`chassis.redrive`), in the order of the message's key.
"""

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from pymongo.database import Database

from chassis.held import HELD
from infra.operator.held_messages import HeldMessage

PATIENCE = 10.0
"""Seconds in which a running service has looked at a wish several times."""
_LOOK_AGAIN = 0.1

Documents = Database[dict[str, Any]]


class Became(StrEnum):
    """What became of a wish."""

    DONE = "done"
    FAILED = "failed"
    OPEN = "open"


@dataclass(frozen=True)
class Answer:
    """What became of a wish about one message; `reason` when it failed again."""

    id: str
    became: Became
    reason: str | None = None
    attempts: int = 0


def wish(do: str, *, person: str | None, text: str | None = None) -> dict[str, Any]:
    """A wish as the service reads it."""
    return {"do": do, "at": datetime.now(UTC), "person": person, "text": text}


def mark(database: Documents, messages: Iterable[HeldMessage], wanted: Mapping[str, Any]) -> list[HeldMessage]:
    """Write the wish on those that are still held. Those it was written on."""
    return [
        message
        for message in messages
        if database[HELD].update_one({"held": message.id, "status": "held"}, {"$set": {"wish": wanted}}).matched_count
    ]


def answers(database: Documents, marked: Iterable[HeldMessage], patience: float) -> list[Answer]:
    """What the service made of the wishes, as far as it took them up in time."""
    deadline = time.monotonic() + patience
    waiting, found = list(marked), list[Answer]()
    while waiting:
        now = [_answer(database, message) for message in waiting]
        found += [answer for answer in now if answer.became is not Became.OPEN]
        open_ones = {answer.id for answer in now if answer.became is Became.OPEN}
        waiting = [message for message in waiting if message.id in open_ones]
        if waiting and time.monotonic() > deadline:
            return found + [answer for answer in now if answer.became is Became.OPEN]
        if waiting:
            time.sleep(_LOOK_AGAIN)
    return found


def _answer(database: Documents, message: HeldMessage) -> Answer:
    document = database[HELD].find_one({"held": message.id}, {"reason": 1, "attempts": 1, "wish.do": 1})
    if document is None:
        return Answer(message.id, Became.DONE)
    if "wish" in document:
        return Answer(message.id, Became.OPEN)
    return Answer(message.id, Became.FAILED, document["reason"], document.get("attempts", 1))
