"""Everything that happened, one entry an event: what timelines, live streams and `events --follow` show.

The same entry is made here for what is stored and for what is streamed, so the two can't tell different stories.
"""

from collections.abc import Mapping
from typing import Any

from chassis.motions import Project
from contracts import topics
from contracts.envelope import Event
from contracts.noun import write_time
from services.gateway.readmodels.drift import told_of

Document = dict[str, Any]

SHOWN = (
    topics.DEPLOYMENT_REQUESTS,
    topics.DECISIONS,
    topics.DEPLOYMENTS,
    topics.EVIDENCE_REQUESTS,
    topics.EVIDENCE,
    topics.REVIEW_REQUESTS,
    topics.REVIEWS,
    topics.VERDICTS,
    topics.APPS,
    topics.RULES,
    topics.CLUSTERS,
    *topics.HELD_MESSAGES.values(),
)
_TOLD = (
    "deployment",
    "app",
    "version",
    "environment",
    "step",
    "params",
    "cause",
    "fault",
    "outcome",
    "revision",
    "toRevision",
    "toVersion",
    "intent",
    "cancels",
    "cancelled",
    "objections",
    "score",
    "change",
    "rating",
    "code",
    "kind",
    "evidence",
    "review",
    "rule",
    "rules",
    "address",
    "replicas",
    "name",
    "appName",
    "title",
    "service",
    "reason",
    "gates",
    "level",
    "warnings",
)


def document(event: Event[Any]) -> str:
    """One document an event."""
    return event.context.id


def entry_of(event: Event[Any]) -> Document:
    """An event as people follow it: its place, its lineage, the fields a sentence needs; no free text of people."""
    context, data = event.context, event.data.model_dump(mode="json")
    told = {name: data[name] for name in _TOLD if name in data and data[name] is not None} | told_of(event.data)
    return {
        "id": context.id,
        "type": context.type,
        "event": type(event.data).__name__,
        "service": context.source.rsplit("-", 1)[-1],
        "time": write_time(context.time),
        "hlc": context.hlc,
        "correlationId": context.correlationid,
        "causationId": context.causationid,
        "team": context.team,
        "actor": context.actor,
        "generation": context.generation_number or None,
        "sequence": context.number,
        "subject": context.subject,
        "topic": event.data.topic.name,
        "dataclass": context.dataclass,
        "deployment": data.get("deployment"),
        "app": data.get("app"),
        "told": told,
    }


def apply(_before: Document | None, event: Event[Any]) -> Document:
    """Store the entry."""
    return entry_of(event)


def count_in(told: Mapping[str, Any]) -> int:
    """The number that the sentence of an event speaks of."""
    counted = told.get("objections") or told.get("warnings") or ()
    return len(counted) or told.get("rules") or told.get("params", {}).get("objects") or 0


def event_named(entry: Mapping[str, Any]) -> str:
    """What the sentences call an event: an approval with gates that are not met is told as what it is."""
    return "ApprovedWithWarnings" if entry["told"].get("warnings") else str(entry["event"])


def in_order(entry: Document) -> tuple[str, str, int]:
    """How entries sort (DESIGN, rule 6)."""
    return entry["hlc"], entry["service"], entry["sequence"]


TIMELINE = Project(
    "timeline",
    3,
    SHOWN,
    document,
    apply,
    indexes=(("deployment",), ("correlationId",)),
    per_event=True,
)
