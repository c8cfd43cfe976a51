"""`appstore events DEPLOYMENT`: what the cluster tells of it; `--follow`: the platform's events as they happen."""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.commands.timeline import timeline_row
from appstore_client.cli.exit_codes import InvalidInputError
from appstore_client.cli.find_deployment import find_deployment
from appstore_client.cli.language import text
from appstore_client.cli.output import (
    STYLES,
    Output,
    OutputOption,
    complain,
    print_json,
    print_json_line,
    print_table,
    say,
    styled,
)
from appstore_client.cli.session import run
from appstore_client.models.deployment import TimelineEntry
from appstore_client.models.log import Happening
from appstore_client.resources.events import Reset


def events(
    of: Annotated[str | None, typer.Argument(metavar="DEPLOYMENT", help=text("option.cluster-events"))] = None,
    follow: Annotated[bool, typer.Option("--follow", "-f", help=text("option.follow"))] = False,  # noqa: FBT002 - a flag
    app: Annotated[str | None, typer.Option(help=text("option.events-app"))] = None,
    deployment: Annotated[str | None, typer.Option(help=text("option.events-deployment"))] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show events."""
    if of is not None and (follow or deployment or app):
        raise InvalidInputError(text("events-of-cluster"))
    if of is None and not follow and deployment is None:
        raise InvalidInputError(text("events-follow"))

    async def work(store: AppStore) -> None:
        if of is not None:
            await _show_cluster(store, of, output)
            return
        identity = await find_deployment(store, deployment) if deployment else None
        if not follow and identity:
            for entry in await store.deployments.timeline(identity):
                _show(entry, output)
            return
        async for heard in store.events.subscribe(deployment=identity, app=app):
            if isinstance(heard, Reset):
                complain(text("stream-reset"), "yellow")
            else:
                _show(heard, output)

    run(output, work)


async def _show_cluster(store: AppStore, named: str, output: Output) -> None:
    found = await store.logs.happenings(await find_deployment(store, named))
    if output is Output.JSON:
        print_json(found.raw)
        return
    if found.simulated:
        complain(text("events-simulated"), "yellow")
    columns = ["time", "object", "reason", "times", "message"]
    print_table(
        columns, ((one.at, f"{one.kind}/{one.name}", _reason(one), one.times, one.message) for one in found.items)
    )


def _reason(one: Happening) -> object:
    return styled(one.reason, STYLES["warn"] if one.warning else "")


def _show(entry: TimelineEntry, output: Output) -> None:
    if output is Output.JSON:
        print_json_line(entry.raw)
        return
    time, _, service, event, sentence = timeline_row(entry)
    say(f"{time}  {service:<11} {event:<30} {sentence}")
