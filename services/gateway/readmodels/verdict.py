"""The newest verdict about each version of an app, and how it came to change. From compliance's events."""

from typing import Any

from chassis.motions import Project
from contracts import topics
from contracts.envelope import Event
from contracts.noun import write_time

Document = dict[str, Any]
HISTORY = 50


def document(event: Event[Any]) -> str:
    """One document a version: `<app id>:<version>`."""
    return str(event.data.subject)


def apply(before: Document | None, event: Event[Any]) -> Document:
    """Keep the newest, and the last fifty changes with their reason."""
    data = event.data.model_dump(mode="json")
    change = {"at": write_time(event.context.time), "change": data["change"], "points": data["score"]["points"]}
    history = [*(before or {}).get("history", []), change][-HISTORY:]
    return {**data, "scoredAt": change["at"], "history": history}


VERDICTS = Project("verdicts", 1, (topics.VERDICTS,), document, apply, indexes=(("app",),))
