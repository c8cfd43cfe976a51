"""`appstore pause`: lets a deployment stand still; its data, address and settings stay."""

from appstore_client.app_store import AppStore
from appstore_client.cli.change import (
    LONGEST,
    DeploymentArgument,
    NoWaitOption,
    TimeoutOption,
    change,
)
from appstore_client.cli.output import Output, OutputOption
from appstore_client.cli.show_request import ShowRequestOption
from appstore_client.models.operation import Operation


def pause(
    deployment: DeploymentArgument,
    no_wait: NoWaitOption = False,  # noqa: FBT002 - a flag
    timeout: TimeoutOption = LONGEST,
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Pause a deployment."""

    async def ask(store: AppStore, found: str) -> Operation:
        return await store.deployments.pause(found)

    change(deployment, ask, output=output, no_wait=no_wait, timeout=timeout, show_request=show_request)
