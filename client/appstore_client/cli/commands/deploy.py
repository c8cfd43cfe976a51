"""`appstore deploy`: asks for a deployment and shows each step until it is healthy, or why it is not."""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.change import DecideWithinOption, read_settings
from appstore_client.cli.commands.scale import MOST
from appstore_client.cli.exit_codes import ExitCode
from appstore_client.cli.language import text
from appstore_client.cli.outcome import seconds_of, show_accepted, show_outcome
from appstore_client.cli.output import Output, OutputOption, print_next, say
from appstore_client.cli.progress import watch
from appstore_client.cli.secret_values import SecretFileOption, SecretOption, read_secrets
from appstore_client.cli.session import run
from appstore_client.cli.show_request import ShowRequestOption
from appstore_client.models.operation import Operation

NOTHING: list[str] = []


def deploy(  # noqa: PLR0913, PLR0917 - the options of the command
    name: Annotated[str, typer.Argument(help=text("option.app-name"))],
    version: Annotated[str | None, typer.Option(help=text("option.version"))] = None,
    environment: Annotated[str, typer.Option(help=text("option.environment"))] = "test",
    team: Annotated[str | None, typer.Option(help=text("option.team"))] = None,
    deployment_name: Annotated[str | None, typer.Option("--name", help=text("option.name"))] = None,
    settings: Annotated[list[str], typer.Option("--set", help=text("option.set"))] = NOTHING,
    secret: SecretOption = NOTHING,
    secret_from_file: SecretFileOption = NOTHING,
    replicas: Annotated[int | None, typer.Option(min=0, max=MOST, help=text("option.replicas"))] = None,
    decide_within: DecideWithinOption = None,
    no_wait: Annotated[bool, typer.Option("--no-wait", help=text("option.no-wait"))] = False,  # noqa: FBT002 - a flag
    timeout: Annotated[float, typer.Option(min=1, max=3600, help=text("option.timeout"))] = 120,
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Deploy an app."""
    parameters, secrets = read_settings(settings), read_secrets(secret, secret_from_file)

    async def work(store: AppStore) -> ExitCode:
        operation = await store.deployments.request(
            name,
            environment=environment,
            version=version,
            team=team,
            name=deployment_name,
            parameters=parameters,
            secrets=secrets,
            replicas=replicas,
            decide_within=decide_within,
        )
        if no_wait:
            return show_accepted(operation, output)
        if output is Output.TABLE:
            say(text("operation", id=operation.id), "dim")
        operation = await watch(store, operation, output, timeout)
        code = show_outcome(operation, output, timeout)
        if code is ExitCode.DONE and output is Output.TABLE:
            await _show_running(store, operation)
        return code

    run(output, work, show_request=show_request)


async def _show_running(store: AppStore, operation: Operation) -> None:
    if operation.subject.deployment is None:
        return
    deployed = await store.deployments.get(operation.subject.deployment)
    say(
        text(
            "outcome.deploy",
            name=deployed.name,
            version=deployed.version or operation.subject.version,
            environment=deployed.environment.name,
            seconds=seconds_of(operation),
        ),
        "bold green",
    )
    if deployed.address:
        say(text("outcome.deploy-address", address=deployed.address))
    print_next([f"appstore timeline {deployed.id}", f"appstore review {deployed.app.name} --rating 4 --text '…'"])
