"""Who asks and for which team: the questions every route begins with, answered once.

Uses identity's guards; a denial leaves here as a problem that says what would be enough.
"""

import re
from secrets import token_hex
from typing import Annotated, TypeVar

from fastapi import Depends, Header, Request

from services.gateway.accept.idempotency import RequestKey, fingerprint
from services.gateway.accept.operation import Operation
from services.gateway.accept.submit import Asked
from services.gateway.api.problems import Problem, texts_for
from services.gateway.identity.current_person import current_person
from services.gateway.identity.permissions import (
    Allowed,
    DenialReason,
    Denied,
    Permission,
    may,
    may_about,
    may_anywhere,
)
from services.gateway.identity.person import Person
from services.gateway.identity.team import Platform, Team
from services.gateway.locales.texts import Texts
from services.gateway.ports import World

LONGEST_KEY = 128
_TRACE = re.compile("00-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}")
Place = TypeVar("Place", Team, Platform)


def world_of(request: Request) -> World:
    """The parts of this gateway."""
    world: World = request.app.state.world
    return world


async def who(request: Request) -> Person | None:
    """Who asks; None for somebody who did not sign in."""
    return await current_person(request, world_of(request).identity)


async def somebody(person: Annotated[Person | None, Depends(who)]) -> Person:
    """Who asks, when only people who signed in may."""
    if person is None:
        raise Problem("not-signed-in")
    return person


WorldOf = Annotated[World, Depends(world_of)]
Anybody = Annotated[Person | None, Depends(who)]
Somebody = Annotated[Person, Depends(somebody)]
TextsOf = Annotated[Texts, Depends(texts_for)]
Prefer = Annotated[str | None, Header(alias="Prefer", max_length=200)]


def in_team(person: Person, permission: Permission, team_id: str) -> Allowed[Team]:
    """Proof that this person may do this in this team; another team's things are told as such."""
    return _allowed(may(person, permission, team_id))


def anywhere(person: Person | None, permission: Permission) -> Allowed[Platform]:
    """Proof that this person may do this on the platform."""
    return _allowed(may_anywhere(person, permission))


def about_person(person: Person, permission: Permission, about: str) -> Allowed[Platform]:
    """Proof that this person may do this about somebody, who may be themself."""
    return _allowed(may_about(person, permission, about))


def may_read(person: Person, team_id: str) -> bool:
    """Whether this person may read the deployments of a team, and what was asked about them."""
    return isinstance(may(person, Permission.READ_DEPLOYMENTS, team_id), Allowed)


def teams_read(person: Person) -> list[str]:
    """The ids of the teams whose deployments this person may read."""
    return [team.id for team in person.teams() if may_read(person, team.id)]


def _allowed(answer: Allowed[Place] | Denied) -> Allowed[Place]:
    if isinstance(answer, Allowed):
        return answer
    if answer.reason is DenialReason.NOT_SIGNED_IN:
        raise Problem("not-signed-in")
    if answer.reason is DenialReason.NOT_IN_TEAM:
        raise Problem("other-team")
    raise Problem(
        "not-allowed", permission=answer.permission.value, roles=", ".join(role.value for role in answer.enough)
    )


def team_named(person: Person, slug: str | None) -> str:
    """The id of the team a request is for: the one named, or the person's only one."""
    if slug is not None:
        for team in person.teams():
            if team.slug == slug:
                return team.id
        raise Problem("unknown-team", team=slug)
    teams = person.teams()
    if len(teams) != 1:
        raise Problem("team-is-ambiguous", teams=", ".join(sorted(team.slug for team in teams)) or "-")
    return teams[0].id


async def request_key(
    request: Request,
    person: Somebody,
    key: Annotated[str | None, Header(alias="Idempotency-Key", max_length=LONGEST_KEY, min_length=1)] = None,
) -> RequestKey | None:
    """The Idempotency-Key of this request, if it has one."""
    if key is None:
        return None
    asked_at = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    what = (request.method, asked_at, await request.body())
    secret = world_of(request).fingerprint_secret
    return RequestKey(person.id, key, fingerprint(*what, secret), fingerprint(*what))


Key = Annotated[RequestKey | None, Depends(request_key)]


async def earlier_operation(world: WorldOf, key: Key) -> Operation | None:
    """What this very request became when it was sent before: asked first, because much may have changed since."""
    return await world.operations.under(key) if key is not None else None


Earlier = Annotated[Operation | None, Depends(earlier_operation)]


def asked(request: Request, person: Person, team: Team | None, key: RequestKey | None) -> Asked:
    """Who asks for what, and for which team."""
    trace = request.headers.get("traceparent")
    return Asked(person, team, key, trace if trace is not None and _is_trace(trace) else _new_trace())


def _is_trace(text: str) -> bool:
    return _TRACE.fullmatch(text) is not None


def _new_trace() -> str:
    return f"00-{token_hex(16)}-{token_hex(8)}-01"
