"""Who am I: the person behind the token or the session, with teams and roles."""

from fastapi import APIRouter, Response

from services.gateway.api.asking import Somebody, WorldOf
from services.gateway.api.shapes import Shown

router = APIRouter(tags=["people"])


class Membership(Shown):
    """What somebody is to a team."""

    id: str
    slug: str
    roles: list[str]


class Me(Shown):
    """A person."""

    person: str
    name: str | None
    teams: list[Membership]


@router.get("/me", operation_id="getMe", summary="Who you are here")
async def get_me(response: Response, world: WorldOf, person: Somebody) -> Me:
    """Your id, name, teams and roles."""
    response.headers["Cache-Control"] = "no-store"
    teams = [
        Membership(id=m.team, slug=m.slug, roles=sorted(role.value for role in m.roles)) for m in person.memberships
    ]
    return Me(person=person.id, name=person.name or await world.people.name_of(person.id), teams=teams)
