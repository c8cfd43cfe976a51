"""`appstore status`: the deployments of your teams, or one with what is wrong and what to do."""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.find_deployment import find_deployment
from appstore_client.cli.language import text, word
from appstore_client.cli.output import (
    STYLES,
    Output,
    OutputOption,
    clock,
    print_fields,
    print_json,
    print_next,
    print_table,
    say,
    styled,
)
from appstore_client.cli.session import run
from appstore_client.models.deployment import Deployment


def status(
    deployment: Annotated[str | None, typer.Argument(help=text("option.deployment"))] = None,
    team: Annotated[str | None, typer.Option(help=text("option.team"))] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show deployments."""

    async def work(store: AppStore) -> None:
        if deployment is not None:
            one = await store.deployments.get(await find_deployment(store, deployment))
            print_json(one.raw) if output is Output.JSON else _show(one)
            return
        found = await store.deployments.list(team=team)
        if output is Output.JSON:
            print_json(found.raw)
            return
        columns = ["name", "app", "version", "environment", "team", "status", "since", "id"]
        print_table(columns, (_row(one) for one in found))
        print_next([f"appstore status {found.items[0].id}"] if found.items else ["appstore apps"])

    run(output, work)


def _status(one: Deployment) -> object:
    now = "removed" if one.removed else one.status
    return styled(word("status", now), STYLES.get(now, ""))


def _row(one: Deployment) -> tuple[object, ...]:
    return (
        one.name,
        one.app.name,
        one.version,
        one.environment.name,
        one.team.slug,
        _status(one),
        clock(one.since),
        one.id,
    )


def _show(one: Deployment) -> None:
    replicas = one.replicas
    if isinstance(replicas, dict):
        replicas = ", ".join(f"{name} {count}" for name, count in replicas.items())
    print_fields(
        [
            ("name", one.name),
            ("id", one.id),
            ("app", f"{one.app.name} {one.version or ''}"),
            ("team", one.team.slug),
            ("environment", one.environment.name),
            ("status", _status(one)),
            ("since", clock(one.since)),
            ("address", one.address),
            ("replicas", replicas),
        ]
    )
    for objection in one.objections:
        say(
            text(
                "objection",
                rule=objection.rule,
                verdict=word("verdict", objection.verdict),
                title=objection.title,
            ),
            STYLES.get(objection.verdict, "red"),
        )
        if objection.remedy:
            say(f"    {text('remedy', remedy=objection.remedy)}")
    following: tuple[str, ...] = (f"appstore timeline {one.id}",)
    if one.failure:
        say(one.failure.title or one.failure.cause, "bold red")
        if one.failure.detail:
            say(one.failure.detail)
        if one.failure.fault:
            say(word("fault", one.failure.fault))
        following = one.failure.next or following
    print_next(following)
