"""`appstore remove`: takes a deployment away and shows each step until nothing of it is left."""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.exit_codes import ExitCode
from appstore_client.cli.find_deployment import find_deployment
from appstore_client.cli.language import text
from appstore_client.cli.outcome import seconds_of, show_accepted, show_outcome
from appstore_client.cli.output import Output, OutputOption, print_next, say
from appstore_client.cli.progress import watch
from appstore_client.cli.session import run
from appstore_client.cli.show_request import ShowRequestOption


def remove(
    deployment: Annotated[str, typer.Argument(help=text("option.deployment"))],
    no_wait: Annotated[bool, typer.Option("--no-wait", help=text("option.no-wait"))] = False,  # noqa: FBT002 - a flag
    timeout: Annotated[float, typer.Option(min=1, max=3600, help=text("option.timeout"))] = 120,
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Remove a deployment."""

    async def work(store: AppStore) -> ExitCode:
        operation = await store.deployments.remove(await find_deployment(store, deployment))
        if no_wait:
            return show_accepted(operation, output)
        operation = await watch(store, operation, output, timeout)
        code = show_outcome(operation, output, timeout)
        if code is ExitCode.DONE and output is Output.TABLE:
            say(text("outcome.remove", seconds=seconds_of(operation)), "bold green")
            print_next(["appstore status"])
        return code

    run(output, work, show_request=show_request)
