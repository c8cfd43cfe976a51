"""Who may see which event in a live stream."""

import pytest

from contracts.people import Role
from services.gateway.api.events import may_see
from services.gateway.identity.person import Membership, Person
from tests.fakes.gateway_events import OTHER_TEAM, PERSON, TEAM, an_id


def _person(person: str, team: str, *roles: Role) -> Person:
    return Person(person, (Membership(team, "a-team", frozenset(roles)),))


NOBODY = None
MEMBER = _person(an_id(57), TEAM, Role.DEVELOPER)
STRANGER = _person(an_id(58), OTHER_TEAM, Role.DEVELOPER)
ONLOOKER = _person(an_id(59), TEAM, Role.PRODUCT_MANAGER)
AUTHOR = _person(PERSON, OTHER_TEAM, Role.DEVELOPER)


@pytest.mark.parametrize(
    ("dataclass", "team", "actor", "seen_by"),
    [
        ("public", None, None, {"nobody", "member", "stranger", "onlooker", "author"}),
        ("public", TEAM, PERSON, {"nobody", "member", "stranger", "onlooker", "author"}),
        ("internal", TEAM, PERSON, {"member"}),
        ("personal", TEAM, PERSON, {"member"}),
        ("internal", None, PERSON, {"author"}),
        ("personal", None, PERSON, {"author"}),
        ("internal", None, None, set()),
    ],
)
def test_an_event_is_seen_by_those_it_is_for(
    dataclass: str, team: str | None, actor: str | None, seen_by: set[str]
) -> None:
    """Public events are for all, a team's for those of it who may read deployments, what has no team for its actor."""
    entry = {"dataclass": dataclass, "team": team, "actor": actor}
    people = {"nobody": NOBODY, "member": MEMBER, "stranger": STRANGER, "onlooker": ONLOOKER, "author": AUTHOR}
    assert {name for name, person in people.items() if may_see(entry, person)} == seen_by
