"""What the commands that read declared deployments have in common: read the files, find whose they are, compare.

After it: `commands/apply.py` and `commands/diff.py`.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.language import text
from appstore_client.declared.declaration import Declared, Mistake
from appstore_client.declared.files import read_files
from appstore_client.declared.plan import Choices, Plan, make_plan, with_teams
from appstore_client.models.deployment import Deployment

FilesOption = Annotated[list[Path], typer.Option("-f", "--file", metavar="DIR|FILE", help=text("option.declared"))]


class MistakesError(Exception):
    """What is declared can not be used, and why, all of it."""

    def __init__(self, mistakes: Sequence[Mistake]) -> None:
        super().__init__(f"{len(mistakes)} mistakes")
        self.mistakes = mistakes


def read_declared(paths: Sequence[Path]) -> list[Declared]:
    """Return what the files declare; raises `MistakesError`."""
    reading = read_files(paths)
    if reading.mistakes:
        raise MistakesError(reading.mistakes)
    return reading.declared


async def with_their_teams(store: AppStore, declared: Sequence[Declared]) -> list[Declared]:
    """Return each with its team; raises `MistakesError`, as for a team that is not the person's."""
    me = await store.people.me()
    placed, mistakes = with_teams(declared, [team.slug for team in me.teams])
    if mistakes:
        raise MistakesError(mistakes)
    return placed


async def deployments_of(store: AppStore, declared: Sequence[Declared]) -> list[Deployment]:
    """Return what there is of the teams that files are about."""
    teams = sorted({one.team for one in declared})
    return [one for team in teams for one in await store.deployments.list(team=team)]


async def plan_of(store: AppStore, declared: Sequence[Declared], choices: Choices) -> Plan:
    """Return what has to be asked; raises `MistakesError`."""
    placed = await with_their_teams(store, declared)
    plan = make_plan(placed, await deployments_of(store, placed), choices)
    if plan.mistakes:
        raise MistakesError(plan.mistakes)
    return plan
