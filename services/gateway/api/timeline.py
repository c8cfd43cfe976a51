"""A deployment's timeline: every event with its service, its time and the gap to the one before."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter

from services.gateway.api.asking import Somebody, TextsOf, WorldOf
from services.gateway.api.deployments import find_deployment
from services.gateway.api.sentence import sentence_of
from services.gateway.api.shapes import Shown
from services.gateway.identity.permissions import Permission
from services.gateway.locales.texts import Texts

router = APIRouter(tags=["deployments"])
Document = dict[str, Any]


class Actor(Shown):
    """Somebody: an opaque id, and their name here; `former` when there is none, and then the name says so."""

    id: str
    name: str
    former: bool = False


class TimelineEntry(Shown):
    """One event. `gapSeconds` is the time since the entry before it, None for the first."""

    id: str
    type: str
    event: str
    service: str
    time: str
    hlc: str
    gap_seconds: float | None = None
    correlation_id: str
    causation_id: str | None = None
    actor: Actor | None = None
    deployment: str | None = None
    app: str | None = None
    generation: int | None = None
    sequence: int
    topic: str
    key: str
    sentence: str
    told: dict[str, Any]


class Timeline(Shown):
    """Entries, oldest first."""

    items: list[TimelineEntry]
    next: str | None = None


@router.get(
    "/deployments/{deployment_id}/timeline",
    operation_id="getTimeline",
    summary="Everything that happened to a deployment",
)
async def get_timeline(deployment_id: str, world: WorldOf, person: Somebody, texts: TextsOf) -> Timeline:
    """Every event about one deployment, with one correlation id per request."""
    await find_deployment(deployment_id, person, Permission.READ_DEPLOYMENTS, world)
    entries = await world.models.timeline(deployment_id)
    names = await world.names.of_all(entry["actor"] for entry in entries)
    items, before = [], None
    asked: dict[str, datetime] = {}
    for entry in entries:
        asked_at = asked.setdefault(entry["correlationId"], datetime.fromisoformat(entry["time"]))
        items.append(shown_entry(entry, texts, names.get(entry["actor"]), before, asked_at))
        before = entry["time"]
    return Timeline(items=items)


def shown_entry(
    entry: Document, texts: Texts, name: str | None, before: str | None = None, asked_at: datetime | None = None
) -> TimelineEntry:
    """One entry in the reader's language; `name` is its actor's."""
    gap = (datetime.fromisoformat(entry["time"]) - datetime.fromisoformat(before)).total_seconds() if before else None
    actor = actor_shown(entry["actor"], name, texts) if entry["actor"] else None
    return TimelineEntry(
        id=entry["id"],
        type=entry["type"],
        event=entry["event"],
        service=entry["service"],
        time=entry["time"],
        hlc=entry["hlc"],
        gap_seconds=gap,
        correlation_id=entry["correlationId"],
        causation_id=entry["causationId"],
        actor=actor,
        deployment=entry["deployment"],
        app=entry["app"],
        generation=entry["generation"],
        sequence=entry["sequence"],
        topic=entry["topic"],
        key=entry["subject"],
        sentence=sentence_of(entry, texts, name, asked_at),
        told=entry["told"],
    )


def actor_shown(person: str, name: str | None, texts: Texts) -> Actor:
    """Somebody as people read about them; without a name, a former member."""
    return Actor(id=person, name=name or texts("app.former_member"), former=name is None)
