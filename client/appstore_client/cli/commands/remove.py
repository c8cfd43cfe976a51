"""`appstore remove`: takes a deployment away and shows each step; its data stays unless it is named to go too."""

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
from appstore_client.models.deployment import Deployment
from appstore_client.models.operation import Operation


def remove(
    deployment: Annotated[str, typer.Argument(help=text("option.deployment"))],
    with_data: Annotated[str | None, typer.Option("--with-data", metavar="NAME", help=text("option.with-data"))] = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help=text("option.no-wait"))] = False,  # noqa: FBT002 - a flag
    timeout: Annotated[float, typer.Option(min=1, max=3600, help=text("option.timeout"))] = 120,
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Remove a deployment."""

    async def work(store: AppStore) -> ExitCode:
        operation = await store.deployments.remove(await find_deployment(store, deployment), with_data=with_data)
        if no_wait:
            return show_accepted(operation, output)
        operation = await watch(store, operation, output, timeout)
        code = show_outcome(operation, output, timeout)
        if code is ExitCode.DONE and output is Output.TABLE:
            say(text("outcome.remove", seconds=seconds_of(operation)), "bold green")
            await _show_kept(store, operation)
        return code

    run(output, work, show_request=show_request)


async def _show_kept(store: AppStore, operation: Operation) -> None:
    found = await store.deployments.get(operation.subject.deployment or "")
    if found.kept_data:
        show_kept_data(found)
        return
    print_next(["appstore status"])


def show_kept_data(found: Deployment) -> None:
    """Say which data a removal left, who finds it again, and what takes it away."""
    say(text("kept-data", volumes=", ".join(found.kept_data), name=found.name, app=found.app.name))
    print_next(
        [
            f"appstore deploy {found.app.name} --name {found.name} --environment {found.environment.name}",
            f"appstore remove {found.id} --with-data {found.name}",
        ]
    )
