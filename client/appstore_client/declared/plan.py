"""What has to be asked so that what is there becomes what is declared. Pure: the same inputs, the same plan.

Before it: `files`, and the deployments of the person's teams. After it: `asking`.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from appstore_client.declared.declaration import Declared, Key, Mistake
from appstore_client.declared.difference import (
    Difference,
    asked_state,
    declared_state,
    differences,
    valid_state,
)
from appstore_client.models.deployment import Deployment

_RAN_AND_FAILED = frozenset({"failed", "rolled-back"})
_ASKED_IN_VAIN = frozenset({"rejected", "cancelled"})


class Action(StrEnum):
    """What is to be done about one deployment."""

    CREATE = "create"
    CHANGE = "change"
    SAME = "same"
    FAILED_BEFORE = "failed-before"
    """This very thing was asked and went wrong; asking it again is for somebody to say."""
    REMOVE = "remove"


@dataclass(frozen=True)
class Step:
    """One deployment: what is to be done, and what becomes otherwise by it."""

    action: Action
    key: Key
    declared: Declared | None = None
    found: Deployment | None = None
    differences: tuple[Difference, ...] = ()

    @property
    def asks(self) -> bool:
        """Whether anything is asked."""
        return self.action in {Action.CREATE, Action.CHANGE, Action.REMOVE}


@dataclass(frozen=True)
class Choices:
    """What somebody chose for all of it. `source` is what the files are called; without it nobody owns anything."""

    source: str | None = None
    prune: bool = False
    take_over: bool = False
    retry: bool = False
    renew_secrets: bool = False


@dataclass
class Plan:
    """Every step, those of files in their order, then what is taken away; with mistakes nothing is to be asked."""

    steps: list[Step] = field(default_factory=list)
    mistakes: list[Mistake] = field(default_factory=list)


def with_teams(declared: Iterable[Declared], teams: Sequence[str]) -> tuple[list[Declared], list[Mistake]]:
    """Give each its team, the person's only one where the file names none; and say which can not be, or stand twice."""
    placed: dict[Key, Declared] = {}
    mistakes: list[Mistake] = []
    known = ", ".join(sorted(teams)) or "-"
    for one in declared:
        owner = one.team or (teams[0] if len(teams) == 1 else "")
        if owner not in teams:
            code = "unknown-team" if one.team else "team-needed"
            mistakes.append(Mistake(one.place_of("team"), "spec.team", code, {"known": known}))
            continue
        mine = replace(one, team=owner)
        if (first := placed.setdefault(mine.key, mine)) is not mine:
            values: dict[str, str | int] = {"file": first.place.file, "line": first.place.line}
            mistakes.append(Mistake(one.place_of("name"), "metadata.name", "declared-twice", values))
    return list(placed.values()), mistakes


def make_plan(declared: Sequence[Declared], there: Iterable[Deployment], choices: Choices) -> Plan:
    """Compare what is declared, each with its team, with the deployments of these teams."""
    standing = {Key(one.team.slug, one.environment.name, one.name): one for one in there if one.stands}
    plan = Plan()
    for one in declared:
        found = standing.get(one.key)
        if (mistake := _not_ours(one, found, choices)) is not None:
            plan.mistakes.append(mistake)
        else:
            plan.steps.append(_step(one, found, choices))
    if choices.prune and choices.source is not None:
        plan.steps += _no_longer_declared(declared, standing, choices.source)
    return plan


def _not_ours(declared: Declared, found: Deployment | None, choices: Choices) -> Mistake | None:
    if found is None:
        return None
    if found.app.name != declared.app:
        return Mistake(declared.place_of("app"), "spec.app", "other-app", {"app": found.app.name})
    by = found.asked.declared_by if found.asked else None
    if choices.source is not None and by not in (None, choices.source) and not choices.take_over:
        return Mistake(declared.place, "metadata.name", "declared-elsewhere", {"source": by or ""})
    return None


def _step(declared: Declared, found: Deployment | None, choices: Choices) -> Step:
    after = declared_state(declared, choices.source)
    before = valid_state(found) if found is not None else None
    if found is None or before is None or found.being_removed:
        return Step(Action.CREATE, declared.key, declared, found, differences(None, after))
    changes = differences(before, after)
    if choices.renew_secrets:
        changes += tuple(Difference(f"secrets.{name}", "given", "given") for name in sorted(declared.secrets))
    action = Action.CHANGE if changes else Action.SAME
    asked = asked_state(found)
    if asked is not None and not differences(asked, after) and not choices.renew_secrets:
        if found.status in _RAN_AND_FAILED:
            action = Action.CHANGE if choices.retry else Action.FAILED_BEFORE
        elif found.status in _ASKED_IN_VAIN:
            action = Action.CHANGE
    return Step(action, declared.key, declared, found, changes)


def _no_longer_declared(declared: Sequence[Declared], there: Mapping[Key, Deployment], source: str) -> list[Step]:
    """What the same source declared for the same teams, and does not any more."""
    kept, teams = {one.key for one in declared}, {one.team for one in declared}
    return [
        Step(Action.REMOVE, key, None, found)
        for key, found in sorted(there.items())
        if key not in kept and key.team in teams and not found.being_removed
        if found.asked is not None and found.asked.declared_by == source
    ]
