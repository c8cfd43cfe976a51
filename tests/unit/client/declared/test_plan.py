"""A plan asks what is not as it is declared, and nothing else."""

from typing import Any

import pytest
from appstore_client.declared.declaration import Declared
from appstore_client.declared.plan import Action, Choices, make_plan, with_teams
from appstore_client.models.deployment import Deployment

from tests.unit.client.declared.deployments import TOKEN, declared, deployment, wish

MINE = Choices(source="mine")
TWO = wish(version="2")


def action(one: Declared, there: list[Deployment], choices: Choices = MINE) -> Action:
    """What is done about one."""
    (step,) = make_plan([one], there, choices).steps
    return step.action


@pytest.mark.parametrize(
    ("there", "done"),
    [
        ([], Action.CREATE),
        ([deployment(removed=True, stands=False)], Action.CREATE),
        ([deployment(being_removed=True)], Action.CREATE),
        ([deployment(stands=False)], Action.CREATE),
        ([deployment(), deployment(status="cancelled", stands=False)], Action.CHANGE),
        ([deployment(environment={"name": "production"})], Action.CREATE),
        ([deployment(team={"id": "o", "slug": "team-web"})], Action.CREATE),
        ([deployment(wish(declaredBy="mine"))], Action.SAME),
        ([deployment(wish(declaredBy="mine"), status="running")], Action.SAME),
        ([deployment()], Action.CHANGE),
        ([deployment(TWO)], Action.CHANGE),
        ([deployment(wish(declaredBy="mine", parameters={"workers": "4"}))], Action.CHANGE),
        ([deployment(wish(declaredBy="mine", secrets=["token"]))], Action.CHANGE),
        ([deployment(wish(declaredBy="mine", replicas=1))], Action.CHANGE),
    ],
)
def test_what_is_not_as_declared_is_asked(there: list[Deployment], done: Action) -> None:
    """New where nothing stands, changed where something does, and left alone where it is so."""
    assert action(declared(), there) is done


@pytest.mark.parametrize(
    ("status", "done", "again"),
    [
        ("failed", Action.FAILED_BEFORE, Action.CHANGE),
        ("rolled-back", Action.FAILED_BEFORE, Action.CHANGE),
        ("rejected", Action.CHANGE, Action.CHANGE),
        ("cancelled", Action.CHANGE, Action.CHANGE),
    ],
)
def test_what_ended_badly(status: str, done: Action, again: Action) -> None:
    """What ran and failed waits for somebody to say so; what was refused or taken back is asked again."""
    there = [deployment(TWO, wish(), status=status)]
    assert action(declared(version="2"), there, Choices()) is done
    assert action(declared(version="2"), there, Choices(retry=True)) is again
    assert action(declared(version="1"), there, Choices()) is Action.SAME
    assert action(declared(version="3"), there, Choices()) is Action.CHANGE


def test_without_a_source_who_declares_it_stays() -> None:
    """Nobody who does not name a source takes a deployment from one."""
    assert action(declared(), [deployment(wish(declaredBy="other"))], Choices()) is Action.SAME


@pytest.mark.parametrize(
    ("there", "choices", "codes"),
    [
        (deployment(wish(declaredBy="other")), MINE, ["declared-elsewhere"]),
        (deployment(wish(declaredBy="other")), Choices(source="mine", take_over=True), []),
        (deployment(wish(declaredBy="mine")), MINE, []),
        (deployment(app={"id": "b", "name": "ollama"}), MINE, ["other-app"]),
    ],
)
def test_what_is_somebody_elses_is_a_mistake(there: Deployment, choices: Choices, codes: list[str]) -> None:
    """Another source's deployment, unless it is taken over, and another app's."""
    plan = make_plan([declared()], [there], choices)
    assert [one.code for one in plan.mistakes] == codes
    assert len(plan.steps) == 1 - len(codes)


def named(name: str, by: str | None, **more: Any) -> Deployment:
    """Another deployment of the team."""
    return deployment(wish(declaredBy=by), name=name, **more)


def test_only_the_own_is_taken_away() -> None:
    """Same source, same team, not declared any more, and not on its way out."""
    there = [
        named("papers", "mine"),
        named("old", "mine"),
        named("leaving", "mine", being_removed=True),
        named("gone", "mine", stands=False),
        named("by-hand", None),
        named("others", "other"),
        named("elsewhere", "mine", team={"id": "o", "slug": "team-web"}),
    ]
    plan = make_plan([declared()], there, Choices(source="mine", prune=True))
    assert [one.key.name for one in plan.steps if one.action is Action.REMOVE] == ["old"]
    for choices in (MINE, Choices(prune=True), Choices()):
        assert Action.REMOVE not in {one.action for one in make_plan([declared()], there, choices).steps}


def test_secrets_are_given_again_when_asked_for() -> None:
    """Only --renew-secrets asks for what looks the same."""
    one, there = declared(secrets={"token": TOKEN}), [deployment(wish(secrets=["token"]))]
    assert action(one, there, Choices()) is Action.SAME
    assert action(one, there, Choices(renew_secrets=True)) is Action.CHANGE


def test_each_has_a_team() -> None:
    """The person's only one where none is named; another's, none of several, and the same twice are mistakes."""
    assert with_teams([declared(team="")], ["team-data"])[0][0].team == "team-data"
    for one, teams, code in (
        (declared(team=""), ["team-data", "team-web"], "team-needed"),
        (declared(team="team-sea"), ["team-data"], "unknown-team"),
    ):
        placed, mistakes = with_teams([one], teams)
        assert (placed, [wrong.code for wrong in mistakes]) == ([], [code])
    placed, mistakes = with_teams([declared(), declared(team="", version="2")], ["team-data"])
    assert ([one.version for one in placed], [wrong.code for wrong in mistakes]) == (["1"], ["declared-twice"])
