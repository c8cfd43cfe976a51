"""Who may do what: every role against every permission, written out so that a change is seen."""

from functools import partial

import pytest

from contracts.people import Role
from services.gateway.identity.permissions import (
    GRANTS,
    OF_A_TEAM,
    Allowed,
    DenialReason,
    Denied,
    Permission,
    Standing,
    may,
    may_about,
    may_anywhere,
)
from services.gateway.identity.person import Membership, Person
from services.gateway.identity.team import PLATFORM, Team
from tests.fakes.identity import PERSON, TEAM_DATA, TEAM_WEB

COLUMNS = (
    "deployments:read",
    "deployments:deploy",
    "deployments:remove",
    "evidence:add",
    "reviews:write",
    "catalog:read",
    "people:erase",
)
TABLE = {
    Role.DEVELOPER: (True, True, True, False, True, True, False),
    Role.DEVOPS: (True, True, True, False, True, True, False),
    Role.SECURITY: (False, False, False, True, True, True, False),
    Role.COMPLIANCE_OFFICER: (True, False, False, True, True, True, False),
    Role.PRODUCT_MANAGER: (False, False, False, False, True, True, False),
    Role.COMMUNITY_MEMBER: (False, False, False, False, True, True, False),
    Role.MODERATOR: (False, False, False, False, True, True, False),
    Role.ADMIN: (False, False, False, False, True, True, True),
}
CELLS = [
    (role, Permission(column), expected)
    for role, row in TABLE.items()
    for column, expected in zip(COLUMNS, row, strict=True)
]


def member(role: Role, team: str = TEAM_DATA) -> Person:
    """Return a person with one role in one team."""
    return Person(PERSON, (Membership(team, "team-data", frozenset({role})),))


def test_the_table_is_complete() -> None:
    """Every role and every permission stands in the table of this test and in the one of the house."""
    assert set(TABLE) == set(Role)
    assert {Permission(column) for column in COLUMNS} == set(Permission)
    assert set(GRANTS) == {*Role, *Standing}


@pytest.mark.parametrize(("role", "permission", "expected"), CELLS)
def test_a_role_gives_what_the_table_says(role: Role, permission: Permission, expected: bool) -> None:  # noqa: FBT001 - a cell
    """Somebody with this one role may do exactly what its row says."""
    person = member(role)
    answer = may(person, permission, TEAM_DATA) if permission in OF_A_TEAM else may_anywhere(person, permission)
    assert isinstance(answer, Allowed) is expected


@pytest.mark.parametrize("role", [*Role, *Standing])
def test_no_role_both_deploys_and_brings_evidence(role: Role | Standing) -> None:
    """Nobody lifts by one role a gate that stops their own deployment."""
    assert not {Permission.DEPLOY, Permission.ADD_EVIDENCE} <= GRANTS[role]


@pytest.mark.parametrize("permission", sorted(OF_A_TEAM))
def test_a_role_in_one_team_gives_nothing_in_another(permission: Permission) -> None:
    """A developer of team-data may do nothing with the deployments of team-web."""
    answer = may(member(Role.DEVELOPER), permission, TEAM_WEB)
    assert answer == Denied(DenialReason.NOT_IN_TEAM, permission, answer.enough if isinstance(answer, Denied) else ())


@pytest.mark.parametrize("permission", sorted(OF_A_TEAM))
def test_nobody_may_touch_a_team_without_signing_in(permission: Permission) -> None:
    """Without a person there is no team."""
    answer = may(None, permission, TEAM_DATA)
    assert isinstance(answer, Denied)
    assert answer.reason is DenialReason.NOT_SIGNED_IN


def test_anybody_reads_the_catalog() -> None:
    """The catalog is open to somebody who did not sign in."""
    answer = may_anywhere(None, Permission.READ_CATALOG)
    assert isinstance(answer, Allowed)
    assert answer.place is PLATFORM
    assert answer.person is None


def test_a_person_without_any_team_writes_reviews_only() -> None:
    """Signing in is enough for a review and not for evidence."""
    loner = Person(PERSON, ())
    assert isinstance(may_anywhere(loner, Permission.WRITE_REVIEW), Allowed)
    assert isinstance(may_anywhere(loner, Permission.ADD_EVIDENCE), Denied)


def test_a_yes_names_person_permission_and_team() -> None:
    """An Allowed carries what it allows, so that nobody looks it up a second time."""
    person = member(Role.DEVOPS)
    answer = may(person, Permission.DEPLOY, TEAM_DATA)
    assert isinstance(answer, Allowed)
    assert (answer.person, answer.permission, answer.place) == (
        person,
        Permission.DEPLOY,
        Team(TEAM_DATA, "team-data"),
    )


def test_a_no_names_the_roles_that_would_do() -> None:
    """Somebody who is denied reads which role to ask for."""
    answer = may(member(Role.SECURITY), Permission.DEPLOY, TEAM_DATA)
    assert answer == Denied(DenialReason.ROLE_LACKS_IT, Permission.DEPLOY, (Role.DEVELOPER, Role.DEVOPS))


def test_only_a_guard_can_allow() -> None:
    """An Allowed cannot be made by hand, nor changed afterwards."""
    with pytest.raises(TypeError):
        Allowed(object(), Permission.DEPLOY, None, PLATFORM)  # type: ignore[arg-type]
    answer = may_anywhere(None, Permission.READ_CATALOG)
    with pytest.raises(AttributeError):
        answer.permission = Permission.DEPLOY  # type: ignore[misc]


@pytest.mark.parametrize("permission", list(Permission))
def test_a_permission_is_asked_for_in_one_way_only(permission: Permission) -> None:
    """Asking for a team's permission without a team, or the other way round, is a mistake of the programmer."""
    wrong_way = may_anywhere if permission in OF_A_TEAM else partial(may, team_id=TEAM_DATA)
    with pytest.raises(ValueError, match="team"):
        wrong_way(None, permission)


def test_about_oneself_no_role_is_needed() -> None:
    """Anybody who signed in may do to themself what takes a role to do to others; somebody unknown may neither."""
    nobody_special = Person(PERSON, ())
    assert isinstance(may_about(nobody_special, Permission.ERASE_PERSON, PERSON), Allowed)
    assert isinstance(may_about(nobody_special, Permission.ERASE_PERSON, TEAM_WEB), Denied)
    assert isinstance(may_about(None, Permission.ERASE_PERSON, PERSON), Denied)
    assert isinstance(may_about(member(Role.ADMIN), Permission.ERASE_PERSON, TEAM_WEB), Allowed)
