"""A person as the gateway knows one during a request."""

from dataclasses import dataclass, field

from contracts.people import Role
from services.gateway.identity.team import Team


@dataclass(frozen=True)
class Membership:
    """What a person is to one team."""

    team: str
    """UUID of the team."""
    slug: str
    roles: frozenset[Role]


@dataclass(frozen=True)
class Person:
    """Somebody who signed in, or a program that did."""

    id: str
    """Opaque UUID; the only thing of a person that events carry."""
    memberships: tuple[Membership, ...]
    name: str | None = field(default=None, repr=False, compare=False)
    """For display on this person's own pages; kept out of logs by leaving it out of `repr`."""

    def membership_of(self, team_id: str) -> Membership | None:
        """Return what this person is to the team."""
        return next((one for one in self.memberships if one.team == team_id), None)

    def teams(self) -> tuple[Team, ...]:
        """Return the teams this person is in."""
        return tuple(Team(one.team, one.slug) for one in self.memberships)

    def roles(self) -> frozenset[Role]:
        """Return every role, whichever the team."""
        return frozenset(role for one in self.memberships for role in one.roles)
