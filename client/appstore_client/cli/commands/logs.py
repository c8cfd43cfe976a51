"""`appstore logs`: what the containers of a deployment write; with `--follow` as it comes, until Ctrl-C."""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.change import DeploymentArgument
from appstore_client.cli.exit_codes import InvalidInputError
from appstore_client.cli.find_deployment import find_deployment
from appstore_client.cli.language import text
from appstore_client.cli.output import Output, OutputOption, complain, print_json, print_json_line, say
from appstore_client.cli.session import run
from appstore_client.models.log import LogLine

MOST = 1000


def logs(
    deployment: DeploymentArgument,
    follow: Annotated[bool, typer.Option("--follow", "-f", help=text("option.follow-log"))] = False,  # noqa: FBT002 - a flag
    tail: Annotated[int, typer.Option(min=0, max=MOST, help=text("option.tail"))] = 100,
    previous: Annotated[bool, typer.Option("--previous", "-p", help=text("option.previous"))] = False,  # noqa: FBT002 - a flag
    container: Annotated[str | None, typer.Option("--container", "-c", help=text("option.container"))] = None,
    output: OutputOption = Output.TABLE,
) -> None:
    """Show logs."""
    if follow and previous:
        raise InvalidInputError(text("follow-or-previous"))

    async def work(store: AppStore) -> None:
        found = await find_deployment(store, deployment)
        if follow:
            async for line in store.logs.follow(found, container=container, tail=tail):
                _show(line, output)
            return
        read = await store.logs.read(found, container=container, tail=tail, previous=previous)
        if output is Output.JSON:
            print_json(read.raw)
            return
        for line in read.items:
            _show(line, output)
        if read.cut:
            complain(text("log-cut"), "yellow")
        if not read.items:
            complain(text("log-empty"), "yellow")

    run(output, work)


def _show(line: LogLine, output: Output) -> None:
    if output is Output.JSON:
        print_json_line(line.raw)
    else:
        say(f"{line.pod} {line.container}  {line.text}")
