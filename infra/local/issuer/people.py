"""Who can sign in: the demo people and systems of `infra/local/people.yaml`."""

import secrets
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field

from contracts.identifiers import DnsLabel, PersonId, TeamId
from contracts.people import Role

Username = Annotated[str, Field(pattern=r"^[a-z][a-z0-9-]{1,38}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Team(_Strict):
    """A team by id; the slug is only its readable name."""

    id: TeamId
    slug: DnsLabel


class Membership(_Strict):
    """What somebody is to one team."""

    team: Team
    roles: tuple[Role, ...] = Field(min_length=1)


class DemoPerson(_Strict):
    """A person who signs in with a password that is shown on the page."""

    id: PersonId
    username: Username
    password: str
    name: str
    memberships: tuple[Membership, ...]


class DemoSystem(_Strict):
    """A program that signs in with the secret of its own client."""

    id: PersonId
    client_id: str
    name: str
    memberships: tuple[Membership, ...]


class DemoPeople(_Strict):
    """Everybody in the file."""

    people: tuple[DemoPerson, ...]
    systems: tuple[DemoSystem, ...] = ()

    def by_id(self, person_id: str) -> DemoPerson | None:
        """Return the person with this id."""
        return next((person for person in self.people if person.id == person_id), None)

    def with_password(self, username: str, password: str) -> DemoPerson | None:
        """Return the person if name and password belong together, in a time that tells nothing."""
        found: DemoPerson | None = None
        for person in self.people:
            name_fits = secrets.compare_digest(person.username.encode(), username.encode())
            password_fits = secrets.compare_digest(person.password.encode(), password.encode())
            if name_fits and password_fits:
                found = person
        return found

    def system_of(self, client_id: str) -> DemoSystem | None:
        """Return the system behind this client."""
        return next((system for system in self.systems if system.client_id == client_id), None)


@dataclass(frozen=True)
class SignIn:
    """One time that one person signed in; refreshed tokens keep pointing at it."""

    person: DemoPerson
    sid: str
    """Stays the same for as long as tokens are refreshed (OpenID Connect session id)."""
    at: int
    """Seconds since the epoch."""

    def get_user_id(self) -> str:
        """Return what Authlib writes as `sub`."""
        return self.person.id


def read_people(path: Path) -> DemoPeople:
    """Read and check the file; raises pydantic's `ValidationError` with the line's field when it is wrong."""
    return DemoPeople.model_validate(yaml.safe_load(path.read_text(encoding="utf-8")))


def team_claims(memberships: tuple[Membership, ...]) -> dict[str, object]:
    """Return the claims `teams` (what a role is held in) and `roles` (all of them, RFC 9068 section 2.2.3.1)."""
    return {
        "teams": [
            {"id": one.team.id, "slug": one.team.slug, "roles": [role.value for role in one.roles]}
            for one in memberships
        ],
        "roles": sorted({role.value for one in memberships for role in one.roles}),
    }
