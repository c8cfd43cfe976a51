"""`appstore revisions`: what a deployment has been, by whom, how each ended, and which one runs."""

from appstore_client.app_store import AppStore
from appstore_client.cli.change import DeploymentArgument
from appstore_client.cli.find_deployment import find_deployment
from appstore_client.cli.language import text, word
from appstore_client.cli.output import (
    STYLES,
    Output,
    OutputOption,
    clock,
    print_json,
    print_next,
    print_table,
    styled,
)
from appstore_client.cli.session import run
from appstore_client.models.deployment import Revision

COLUMNS = ("revision", "intent", "version", "parameters", "replicas", "by", "requested", "status", "message")


def revisions(deployment: DeploymentArgument, output: OutputOption = Output.TABLE) -> None:
    """Show revisions."""

    async def work(store: AppStore) -> None:
        found = await store.deployments.revisions(await find_deployment(store, deployment))
        if output is Output.JSON:
            print_json(found.raw)
            return
        print_table(COLUMNS, (_row(one) for one in found))
        before = next((one.revision for one in found if not one.runs and one.outcome == "succeeded"), None)
        print_next([f"appstore rollback {deployment} --to {before}" if before else f"appstore status {deployment}"])

    run(output, work)


def _row(one: Revision) -> tuple[object, ...]:
    now = "runs" if one.runs else one.outcome
    return (
        one.revision,
        word("intent", one.intent),
        one.version,
        settings_of(one.parameters),
        one.replicas if one.replicas is not None else text("of-the-version"),
        one.requested_by.name or one.requested_by.id if one.requested_by else "",
        clock(one.requested_at),
        styled(word("status", now), STYLES.get(now, "")),
        one.failure.title if one.failure else "",
    )


def settings_of(parameters: dict[str, str]) -> str:
    """Return settings as somebody types them."""
    return " ".join(f"{name}={value}" for name, value in sorted(parameters.items()))
