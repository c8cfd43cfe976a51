"""`appstore upgrade`: takes a deployment to another version, with other settings if named."""

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
from appstore_client.cli.language import text
from appstore_client.cli.output import Output, OutputOption
from appstore_client.cli.secret_values import SecretFileOption, SecretOption, read_secrets
from appstore_client.cli.show_request import ShowRequestOption
from appstore_client.models.operation import Operation

NOTHING: list[str] = []


def upgrade(  # noqa: PLR0913, PLR0917 - the options of the command
    deployment: DeploymentArgument,
    version: Annotated[str | None, typer.Option(help=text("option.version"))] = None,
    settings: Annotated[list[str], typer.Option("--set", help=text("option.set"))] = NOTHING,
    secret: SecretOption = NOTHING,
    secret_from_file: SecretFileOption = NOTHING,
    decide_within: DecideWithinOption = None,
    no_wait: NoWaitOption = False,  # noqa: FBT002 - a flag
    timeout: TimeoutOption = LONGEST,
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Upgrade a deployment."""
    parameters, secrets = read_settings(settings), read_secrets(secret, secret_from_file)

    async def ask(store: AppStore, found: str) -> Operation:
        return await store.deployments.change(
            found,
            version=version or await _newest(store, found),
            parameters=parameters,
            secrets=secrets,
            decide_within=decide_within,
        )

    change(deployment, ask, output=output, no_wait=no_wait, timeout=timeout, show_request=show_request)


async def _newest(store: AppStore, deployment: str) -> str | None:
    found = await store.deployments.get(deployment)
    return (await store.apps.get(found.app.name)).version
