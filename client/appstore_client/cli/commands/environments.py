"""`appstore environments`: where you can deploy, and how strictly compliance judges there."""

from appstore_client.app_store import AppStore
from appstore_client.cli.language import text, word
from appstore_client.cli.output import Output, OutputOption, print_json, print_table
from appstore_client.cli.session import run
from appstore_client.models.environment import OfferedEnvironment


def environments(output: OutputOption = Output.TABLE) -> None:
    """Show environments."""

    async def work(store: AppStore) -> None:
        found = await store.environments.list()
        if output is Output.JSON:
            print_json(found.raw)
            return
        print_table(["environment", "level", "cluster", "domain"], (_row(one) for one in found))

    run(output, work)


def _row(one: OfferedEnvironment) -> tuple[object, ...]:
    cluster = text("simulated", name=one.cluster_name) if one.simulated else one.cluster_name
    return (one.name, word("level", one.policy_level), cluster, one.domain or "-")
