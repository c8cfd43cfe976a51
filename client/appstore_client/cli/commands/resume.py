"""`appstore resume`: lets a paused deployment run again, as it is asked."""

from appstore_client.app_store import AppStore
from appstore_client.cli.change import (
    LONGEST,
    DecideWithinOption,
    DeploymentArgument,
    NoWaitOption,
    TimeoutOption,
    change,
)
from appstore_client.cli.output import Output, OutputOption
from appstore_client.cli.show_request import ShowRequestOption
from appstore_client.models.operation import Operation


def resume(
    deployment: DeploymentArgument,
    decide_within: DecideWithinOption = None,
    no_wait: NoWaitOption = False,  # noqa: FBT002 - a flag
    timeout: TimeoutOption = LONGEST,
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Resume a deployment."""

    async def ask(store: AppStore, found: str) -> Operation:
        return await store.deployments.resume(found, decide_within=decide_within)

    change(deployment, ask, output=output, no_wait=no_wait, timeout=timeout, show_request=show_request)
