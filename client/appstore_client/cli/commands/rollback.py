"""`appstore rollback`: takes a deployment back to what an earlier revision had."""

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
)
from appstore_client.cli.language import text
from appstore_client.cli.output import Output, OutputOption
from appstore_client.cli.show_request import ShowRequestOption
from appstore_client.models.operation import Operation


def rollback(
    deployment: DeploymentArgument,
    revision: Annotated[int | None, typer.Option("--to", min=1, help=text("option.to"))] = None,
    decide_within: DecideWithinOption = None,
    no_wait: NoWaitOption = False,  # noqa: FBT002 - a flag
    timeout: TimeoutOption = LONGEST,
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Roll a deployment back."""

    async def ask(store: AppStore, found: str) -> Operation:
        return await store.deployments.roll_back(found, revision, decide_within=decide_within)

    change(deployment, ask, output=output, no_wait=no_wait, timeout=timeout, show_request=show_request)
