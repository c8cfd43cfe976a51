"""`appstore events --follow`: events as they happen; with JSON one object a line."""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.commands.timeline import timeline_row
from appstore_client.cli.exit_codes import InvalidInputError
from appstore_client.cli.find_deployment import find_deployment
from appstore_client.cli.language import text
from appstore_client.cli.output import (
    Output,
    OutputOption,
    complain,
    print_json_line,
    say,
)
from appstore_client.cli.session import run
from appstore_client.models.deployment import TimelineEntry
from appstore_client.resources.events import Reset


def events(
    follow: Annotated[bool, typer.Option("--follow", "-f", help=text("option.follow"))] = False,  # noqa: FBT002 - a flag
    app: Annotated[str | None, typer.Option(help=text("option.events-app"))] = None,
    deployment: Annotated[str | None, typer.Option(help=text("option.events-deployment"))] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show events."""
    if not follow and deployment is None:
        raise InvalidInputError(text("events-follow"))

    async def work(store: AppStore) -> None:
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


def _show(entry: TimelineEntry, output: Output) -> None:
    if output is Output.JSON:
        print_json_line(entry.raw)
        return
    time, _, service, event, sentence = timeline_row(entry)
    say(f"{time}  {service:<11} {event:<30} {sentence}")
