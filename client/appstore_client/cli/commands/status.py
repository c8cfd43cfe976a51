"""`appstore status`: the deployments of your teams, or one with what is wrong and what to do."""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.commands.remove import show_kept_data
from appstore_client.cli.commands.revisions import settings_of
from appstore_client.cli.drift import say_drift
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
from appstore_client.models.deployment import Deployment, Failure


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
    if now == "succeeded":
        now = "paused" if one.paused else "degraded" if one.degraded else now
    return styled(word("status", now), STYLES.get(now, ""))


def _row(one: Deployment) -> tuple[object, ...]:
    return (
        one.name,
        one.app.name,
        _version(one),
        one.environment.name,
        one.team.slug,
        _status(one),
        clock(one.since),
        one.id,
    )


def _version(one: Deployment) -> str:
    """What runs, and what was asked where that is another version."""
    if one.running is None or one.running.version == one.version or one.removed:
        return one.version or ""
    return text("runs-and-asked", runs=one.running.version, asked=one.version)


def _show(one: Deployment) -> None:
    runs, asked = one.running, one.asked
    print_fields(
        [
            ("name", one.name),
            ("id", one.id),
            ("app", f"{one.app.name} {_version(one)}"),
            ("team", one.team.slug),
            ("environment", one.environment.name),
            ("level", one.policy_level and word("level", one.policy_level)),
            ("status", _status(one)),
            ("since", clock(one.since)),
            ("address", one.address),
            ("runs", runs and text("runs", revision=runs.revision, version=runs.version, replicas=runs.replicas or 0)),
            ("parameters", runs and settings_of(runs.parameters)),
            ("asked", asked and _asked_beside(one)),
        ]
    )
    if one.drift:
        say_drift(one.drift)
    for objection in (*one.objections, *one.warnings):
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
    if one.paused:
        say(text("paused"), STYLES["paused"])
        following = (f"appstore resume {one.id}", *following)
    for notice in one.notices:
        _say_failure(notice, STYLES["warn"])
    if wrong := one.failure or one.degraded:
        _say_failure(wrong, "bold red")
        following = wrong.next or following
    if one.kept_data:
        show_kept_data(one)
    if wrong or not one.kept_data:
        print_next(following)


def _say_failure(failure: Failure, style: str) -> None:
    say(failure.title or failure.cause, style)
    if failure.detail:
        say(failure.detail)
    if failure.fault:
        say(word("fault", failure.fault))
    if back := failure.restored:
        say(text("outcome.restored", revision=back.revision, version=back.version))


def _asked_beside(one: Deployment) -> str | None:
    """What was asked last, where it is not what runs."""
    runs, asked = one.running, one.asked
    if runs is None or asked is None or one.removed:
        return None
    if (asked.version, asked.parameters) == (runs.version, runs.parameters) and asked.replicas in (None, runs.replicas):
        return None
    pods = text("of-the-version") if asked.replicas is None else asked.replicas
    return text("asks", intent=word("intent", asked.intent), version=asked.version, replicas=pods)
