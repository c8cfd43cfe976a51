"""Evidence and what became of it, from compliance's events."""

from typing import Any

from chassis.motions import Project
from contracts import topics
from contracts.compliance.events import EvidenceRecorded
from contracts.envelope import Event
from contracts.noun import write_time

Document = dict[str, Any]


def document(event: Event[Any]) -> str:
    """One document a piece of evidence."""
    return str(event.data.evidence)


def apply(_before: Document | None, event: Event[Any]) -> Document:
    """Keep the evidence as it stands, or why it does not."""
    recorded = isinstance(event.data, EvidenceRecorded)
    return {**event.data.model_dump(mode="json"), "recorded": recorded, "at": write_time(event.context.time)}


EVIDENCE = Project("evidence", 1, (topics.EVIDENCE,), document, apply, indexes=(("app",),))
