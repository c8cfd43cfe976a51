"""Who may do what: one table, and the only three functions that say yes.

A use of a permission takes an `Allowed`, which nothing but these functions can make. So a route that forgot to ask does
not type-check, and no other file needs to know the roles.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final, Generic, TypeVar

from contracts.people import Role
from services.gateway.identity.person import Person
from services.gateway.identity.team import PLATFORM, Platform, Team


class Permission(StrEnum):
    """Something that may be done."""

    READ_CATALOG = "catalog:read"
    READ_DEPLOYMENTS = "deployments:read"
    DEPLOY = "deployments:deploy"
    REMOVE = "deployments:remove"
    ADD_EVIDENCE = "evidence:add"
    WRITE_REVIEW = "reviews:write"
    ERASE_PERSON = "people:erase"


class Standing(StrEnum):
    """What anybody is, whatever the role."""

    ANYONE = "anyone"
    SIGNED_IN = "signed-in"


class DenialReason(StrEnum):
    """Why not."""

    NOT_SIGNED_IN = "not-signed-in"
    NOT_IN_TEAM = "not-in-team"
    ROLE_LACKS_IT = "role-lacks-it"


OF_A_TEAM: Final = frozenset({Permission.READ_DEPLOYMENTS, Permission.DEPLOY, Permission.REMOVE})
"""Counts only in a team in which one has the role; the other permissions count everywhere."""

GRANTS: Final[Mapping[Role | Standing, frozenset[Permission]]] = MappingProxyType(
    {
        Standing.ANYONE: frozenset({Permission.READ_CATALOG}),
        Standing.SIGNED_IN: frozenset({Permission.WRITE_REVIEW}),
        # Governance: whoever deploys does not bring the evidence that opens the gate for it.
        Role.DEVELOPER: frozenset({Permission.READ_DEPLOYMENTS, Permission.DEPLOY, Permission.REMOVE}),
        Role.DEVOPS: frozenset({Permission.READ_DEPLOYMENTS, Permission.DEPLOY, Permission.REMOVE}),
        Role.SECURITY: frozenset({Permission.ADD_EVIDENCE}),
        Role.COMPLIANCE_OFFICER: frozenset({Permission.READ_DEPLOYMENTS, Permission.ADD_EVIDENCE}),
        Role.PRODUCT_MANAGER: frozenset(),
        Role.COMMUNITY_MEMBER: frozenset(),
        Role.MODERATOR: frozenset(),
        Role.ADMIN: frozenset({Permission.ERASE_PERSON}),
    }
)

Place = TypeVar("Place", Team, Platform)


class _Mint:
    """Only this module holds one."""


_MINT: Final = _Mint()


class Allowed(Generic[Place]):
    """Proof that a guard said yes. Frozen, and made by `may`, `may_anywhere` and `may_about` only."""

    __slots__ = ("permission", "person", "place")

    permission: Permission
    person: Person | None
    """None for somebody who did not sign in."""
    place: Place
    """The team it counts in, or the platform."""

    def __init__(self, mint: _Mint, permission: Permission, person: Person | None, place: Place) -> None:
        if mint is not _MINT:
            message = "only a guard can allow"
            raise TypeError(message)
        object.__setattr__(self, "permission", permission)
        object.__setattr__(self, "person", person)
        object.__setattr__(self, "place", place)

    def __setattr__(self, name: str, value: object) -> None:
        """Refuse: what was allowed does not change."""
        message = f"{name} of an Allowed is fixed"
        raise AttributeError(message)


@dataclass(frozen=True)
class Denied:
    """A no that a person can act on."""

    reason: DenialReason
    permission: Permission
    enough: tuple[Role, ...]
    """Any one of these roles would do."""


def may(person: Person | None, permission: Permission, team_id: str) -> Allowed[Team] | Denied:
    """Tell whether somebody may do this in this team.

    Raises `ValueError` for a permission that does not belong to a team.
    """
    if permission not in OF_A_TEAM:
        message = f"{permission} does not belong to a team"
        raise ValueError(message)
    if person is None:
        return _denied(DenialReason.NOT_SIGNED_IN, permission)
    membership = person.membership_of(team_id)
    if membership is None:
        return _denied(DenialReason.NOT_IN_TEAM, permission)
    if any(permission in GRANTS[role] for role in membership.roles):
        return Allowed(_MINT, permission, person, Team(membership.team, membership.slug))
    return _denied(DenialReason.ROLE_LACKS_IT, permission)


def may_anywhere(person: Person | None, permission: Permission) -> Allowed[Platform] | Denied:
    """Tell whether somebody may do this on the platform, by any role in any team.

    Raises `ValueError` for a permission that belongs to a team.
    """
    if permission in OF_A_TEAM:
        message = f"{permission} belongs to a team"
        raise ValueError(message)
    if permission in GRANTS[Standing.ANYONE]:
        return Allowed(_MINT, permission, person, PLATFORM)
    if person is None:
        return _denied(DenialReason.NOT_SIGNED_IN, permission)
    if any(permission in GRANTS[held] for held in {Standing.SIGNED_IN} | person.roles()):
        return Allowed(_MINT, permission, person, PLATFORM)
    return _denied(DenialReason.ROLE_LACKS_IT, permission)


def may_about(person: Person | None, permission: Permission, about: str) -> Allowed[Platform] | Denied:
    """Tell whether somebody may do this about a person: about oneself always, about others by a role that grants it."""
    if person is not None and person.id == about:
        return Allowed(_MINT, permission, person, PLATFORM)
    return may_anywhere(person, permission)


def _denied(reason: DenialReason, permission: Permission) -> Denied:
    enough = tuple(role for role in Role if permission in GRANTS[role])
    return Denied(reason, permission, enough)
