"""Held messages of every service and what became of them, so that an operation can say that it is held.

Before it: the services' `held-messages` topics. After it: `accept.operation`, which computes a status.
"""

from typing import Any

from chassis.motions import Project
from contracts import topics
from contracts.envelope import Event
from contracts.held import MessageHeld, MessageSkipped
from contracts.noun import write_time

Document = dict[str, Any]


def document(event: Event[Any]) -> str:
    """One document a held message."""
    return str(event.data.held)


def apply(before: Document | None, event: Event[Any]) -> Document:
    """Keep which message of which operation is held, why, and what became of it: held, redriven or skipped."""
    told = {name: value for name, value in event.data.model_dump(mode="json").items() if value is not None}
    return {**(before or {}), **told, "standing": _standing(event.data), "at": write_time(event.context.time)}


def _standing(told: object) -> str:
    if isinstance(told, MessageHeld):
        return "held"
    return "skipped" if isinstance(told, MessageSkipped) else "redriven"


HELD = Project(
    "held_messages",
    2,
    tuple(topics.HELD_MESSAGES.values()),
    document,
    apply,
    indexes=(("correlation",), ("messageKey",), ("rawKey",)),
)
