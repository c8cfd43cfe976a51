"""Events as they happen, as server-sent events: the public ones for everybody, a team's own for its members."""

from collections.abc import Callable
from typing import Annotated, Any

from fastapi import APIRouter, Header, Query
from sse_starlette import EventSourceResponse

from services.gateway.api.asking import Anybody, TextsOf, WorldOf, may_read
from services.gateway.api.problems import Problem
from services.gateway.api.timeline import shown_entry
from services.gateway.identity.person import Person
from services.gateway.live.hub import Heard
from services.gateway.live.stream import stream

router = APIRouter(tags=["events"])
PING_SECONDS = 20
_MOST_TYPES = 40
Id = Annotated[str | None, Query(max_length=64)]


@router.get("/events", operation_id="followEvents", summary="Events as they happen", response_class=EventSourceResponse)
async def follow_events(
    world: WorldOf,
    person: Anybody,
    texts: TextsOf,
    deployment: Id = None,
    app: Id = None,
    team: Id = None,
    types: Annotated[str | None, Query(max_length=2000, description="Event names, comma separated")] = None,
    last_event_id: Annotated[str | None, Header(alias="Last-Event-ID", max_length=4000)] = None,
) -> EventSourceResponse:
    """A stream of timeline entries. Each has an id to resume from; `reset` says that some may be missing."""
    wanted = frozenset(types.split(",")[:_MOST_TYPES]) if types else None
    app_id = await _app_id(app, world.models.app) if app else None
    team_id = _team_id(person, team) if team else None

    def wants(heard: Heard) -> bool:
        entry = heard.entry
        return (
            may_see(entry, person)
            and (deployment is None or entry["deployment"] == deployment)
            and (app_id is None or entry["app"] == app_id)
            and (team_id is None or entry["team"] == team_id)
            and (wanted is None or entry["event"] in wanted)
        )

    async def show(entry: dict[str, Any]) -> Any:
        name = await world.names.of(entry["actor"])
        return shown_entry(entry, texts, name).model_dump(mode="json", by_alias=True)

    if world.hub.is_full:
        raise Problem("too-many-streams")
    return EventSourceResponse(
        stream(world.hub, wants, show, last_event_id),
        ping=PING_SECONDS,
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


def may_see(entry: dict[str, Any], person: Person | None) -> bool:
    """Whether an event may be shown to somebody.

    Public ones to all; a team's to those of it who may read its deployments, or who set it off; the rest to whoever
    set it off.
    """
    if entry["dataclass"] == "public":
        return True
    if person is None:
        return False
    own = bool(entry["actor"] == person.id)
    if entry["team"] is None:
        return own
    return may_read(person, entry["team"]) or (own and person.membership_of(entry["team"]) is not None)


async def _app_id(app: str, find: Callable[[str], Any]) -> str:
    found = await find(app)
    if found is None:
        raise Problem("unknown-app", app=app)
    return str(found["id"])


def _team_id(person: Person | None, slug: str) -> str:
    for team in person.teams() if person else ():
        if team.slug == slug:
            return team.id
    raise Problem("unknown-team", team=slug)
