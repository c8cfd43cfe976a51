"""`appstore plan`: what a deployment or a change of one would do, before it is asked. Nothing is stored or changed.

Exit code 0: nothing was found that stands in the way; else by whose turn it is, as for what failed.
"""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.change import read_settings
from appstore_client.cli.commands.scale import MOST
from appstore_client.cli.exit_codes import ExitCode, InvalidInputError, code_of_plan
from appstore_client.cli.find_deployment import find_deployment
from appstore_client.cli.foreseen import show_foreseen
from appstore_client.cli.language import text
from appstore_client.cli.output import Output, OutputOption, print_json
from appstore_client.cli.secret_values import SecretFileOption, SecretOption, read_secrets
from appstore_client.cli.session import run
from appstore_client.cli.show_request import ShowRequestOption
from appstore_client.models.plan import Plan

NOTHING: list[str] = []


def plan(  # noqa: PLR0913, PLR0917 - the options of the command
    name: Annotated[str | None, typer.Argument(help=text("option.app-name"))] = None,
    deployment: Annotated[str | None, typer.Option(help=text("option.plan-deployment"))] = None,
    version: Annotated[str | None, typer.Option(help=text("option.version"))] = None,
    environment: Annotated[str, typer.Option(help=text("option.environment"))] = "test",
    team: Annotated[str | None, typer.Option(help=text("option.team"))] = None,
    deployment_name: Annotated[str | None, typer.Option("--name", help=text("option.name"))] = None,
    settings: Annotated[list[str], typer.Option("--set", help=text("option.set"))] = NOTHING,
    secret: SecretOption = NOTHING,
    secret_from_file: SecretFileOption = NOTHING,
    replicas: Annotated[int | None, typer.Option(min=0, max=MOST, help=text("option.replicas"))] = None,
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Show what a deployment would do."""
    parameters, secrets = read_settings(settings), read_secrets(secret, secret_from_file)
    if (name is None) == (deployment is None):
        raise InvalidInputError(text("foreseen.one-of"))

    async def work(store: AppStore) -> ExitCode:
        if deployment is not None:
            found = await store.deployments.plan_change(
                await find_deployment(store, deployment),
                version=version,
                parameters=parameters,
                secrets=secrets,
                replicas=replicas,
            )
        else:
            found = await store.deployments.plan(
                name or "",
                environment=environment,
                version=version,
                team=team,
                name=deployment_name,
                parameters=parameters,
                secrets=secrets,
                replicas=replicas,
            )
        return _show(found, output)

    run(output, work, show_request=show_request)


def _show(found: Plan, output: Output) -> ExitCode:
    if output is Output.JSON:
        print_json(found.raw)
    else:
        show_foreseen(found)
    return code_of_plan(found)
