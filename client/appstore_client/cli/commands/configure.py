"""`appstore configure`: gives a deployment other settings; what is not named stays."""

from typing import Annotated

import typer

from appstore_client.app_store import AppStore
from appstore_client.cli.change import (
    LONGEST,
    DecideWithinOption,
    DeploymentArgument,
    NoWaitOption,
    TimeoutOption,
    change,
    read_settings,
)
from appstore_client.cli.exit_codes import InvalidInputError
from appstore_client.cli.language import text
from appstore_client.cli.output import Output, OutputOption
from appstore_client.cli.secret_values import SecretFileOption, SecretOption, read_secrets
from appstore_client.cli.show_request import ShowRequestOption
from appstore_client.models.operation import Operation

NOTHING: list[str] = []


def configure(  # noqa: PLR0913, PLR0917 - the options of the command
    deployment: DeploymentArgument,
    settings: Annotated[list[str], typer.Argument(metavar="KEY=VALUE", help=text("option.settings"))] = NOTHING,
    unset: Annotated[list[str], typer.Option("--unset", help=text("option.unset"))] = NOTHING,
    secret: SecretOption = NOTHING,
    secret_from_file: SecretFileOption = NOTHING,
    decide_within: DecideWithinOption = None,
    no_wait: NoWaitOption = False,  # noqa: FBT002 - a flag
    timeout: TimeoutOption = LONGEST,
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Configure a deployment."""
    parameters: dict[str, str | None] = {**read_settings(settings), **dict.fromkeys(unset)}
    secrets = read_secrets(secret, secret_from_file)
    if not parameters and not secrets:
        raise InvalidInputError(text("settings-missing"))

    async def ask(store: AppStore, found: str) -> Operation:
        return await store.deployments.change(
            found, parameters=parameters, secrets=secrets, decide_within=decide_within
        )

    change(deployment, ask, output=output, no_wait=no_wait, timeout=timeout, show_request=show_request)
