"""Held messages of every service, so that an operation can say that it is held."""

from typing import Any

from chassis.motions import Project
from contracts import topics
from contracts.envelope import Event
from contracts.noun import write_time

Document = dict[str, Any]


def document(event: Event[Any]) -> str:
    """One document a held message."""
    return str(event.data.held)


def apply(_before: Document | None, event: Event[Any]) -> Document:
    """Keep which message of which operation is held, and why."""
    return {**event.data.model_dump(mode="json"), "at": write_time(event.context.time)}


HELD = Project("held_messages", 1, tuple(topics.HELD_MESSAGES.values()), document, apply, indexes=(("correlation",),))
