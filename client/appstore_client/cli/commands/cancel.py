"""`appstore cancel`: takes back the request that is under way; what ran before it goes on."""

from appstore_client.app_store import AppStore
from appstore_client.cli.change import LONGEST, DeploymentArgument, NoWaitOption, TimeoutOption, change
from appstore_client.cli.output import Output, OutputOption
from appstore_client.cli.show_request import ShowRequestOption
from appstore_client.models.operation import Operation


def cancel(
    deployment: DeploymentArgument,
    no_wait: NoWaitOption = False,  # noqa: FBT002 - a flag
    timeout: TimeoutOption = LONGEST,
    show_request: ShowRequestOption = False,  # noqa: FBT002 - a flag
    output: OutputOption = Output.TABLE,
) -> None:
    """Take back what is under way."""

    async def ask(store: AppStore, found: str) -> Operation:
        return await store.deployments.cancel(found)

    change(deployment, ask, output=output, no_wait=no_wait, timeout=timeout, show_request=show_request)
